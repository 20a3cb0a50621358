import { askedFiles } from '../host/node-state.ts';
import { asIs, lines, read, readIfAny, type Sections, section } from './section.ts';

/** A chain of the packet filter that drops what no rule of it accepts. */
export interface DroppingChain {
  /** `inet filter`, as nft names it. */
  readonly table: string;
  readonly chain: string;
  readonly hook: 'input' | 'forward';
}

/** The SSH session that the node was asked through. */
export interface SshSession {
  /** The address that it comes from, as the node sees it: behind a jump host that one's. */
  readonly from: string;
  /** The port of the node that it came in on. */
  readonly port: number;
}

export interface ServiceFacts {
  /** Units that run, of those asked for, without `.service`. */
  readonly active: readonly string[];
  readonly firewall: { readonly ufw: boolean; readonly dropping: readonly DroppingChain[] };
  /** The sections `blacklist` and `blacklist_exceptions` of multipathd's whole configuration; undefined where it does not run. */
  readonly multipathBlacklist?: string;
  /** `http_proxy` → URL without its password, in small letters, from /etc/environment. */
  readonly proxies: ReadonlyMap<string, string>;
  /** Undefined where no open one was found. On the machine that kloudspot runs on: the one that the operator came by. */
  readonly ssh?: SshSession;
  /** Those of `askedFiles` that are there. */
  readonly askedFiles: readonly string[];
}

/** Services that stand in a cluster's way, or change how it must be prepared. */
const asked = [
  'docker',
  'containerd',
  'crio',
  'kubelet',
  'k3s',
  'k3s-agent',
  'rke2-server',
  'rke2-agent',
  'k0scontroller',
  'k0sworker',
  'multipathd',
  'firewalld',
] as const;

const probe = {
  // Units that are not there are inactive.
  active: section(
    'services',
    {
      bash: `units=(${asked.join(' ')})
  mapfile -t states < <(systemctl is-active "\${units[@]/%/.service}")
  for at in "\${!units[@]}"; do [ "\${states[at]-}" != active ] || echo "\${units[at]}"; done`,
    },
    (text) => lines(text).filter((line) => line !== ''),
    { slow: true },
  ),
  // What ufw says, then the chains of nftables, which hold those of iptables-nft too; else the policies of iptables.
  firewall: section(
    'firewall',
    {
      bash: `! command -v ufw >/dev/null || timeout 10 ufw status | head -n 1
  if command -v nft >/dev/null; then timeout 10 nft list chains
  elif command -v iptables >/dev/null; then timeout 10 iptables -S | grep '^-P'; fi
  true`,
    },
    firewall,
    { slow: true },
  ),
  multipath: section(
    'multipath',
    { bash: '! systemctl -q is-active multipathd.service || timeout 10 multipathd show config' },
    asIs,
    { slow: true },
  ),
  // sudo leaves the variable out: it is looked for in the processes above. One that a screen kept from an earlier login is not open any more.
  ssh: section(
    'ssh-session',
    {
      bash: `at=$$ session=\${SSH_CONNECTION-}
  while [ -z "$session" ] && [ "\${at:-1}" -gt 1 ]; do
    session=$(tr '\\0' '\\n' 2>/dev/null <"/proc/$at/environ" | sed -n 's/^SSH_CONNECTION=//p')
    at=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$at/status" 2>/dev/null)
  done
  read -r from port to on <<<"$session"
  [ -z "$on" ] || ! timeout 5 ss -Htn state established "dst $from and dport = :$port" | grep -q . || echo "$from $on"`,
    },
    sshSession,
  ),
  proxies: section('proxies', { bash: '[ ! -r /etc/environment ] || echo "$(</etc/environment)"' }, proxies),
  askedFiles: section(
    'asked-files',
    { bash: `for path in ${askedFiles.join(' ')}; do [ ! -e "$path" ] || echo "$path"; done` },
    (text) => askedFiles.filter((path) => lines(text).includes(path)),
  ),
};
export const serviceSections = Object.values(probe);

export function serviceFacts(sections: Sections): ServiceFacts {
  const active = read(sections, probe.active);
  const ssh = readIfAny(sections, probe.ssh);
  return {
    active,
    firewall: read(sections, probe.firewall),
    proxies: read(sections, probe.proxies),
    askedFiles: readIfAny(sections, probe.askedFiles) ?? [],
    ...(ssh === undefined ? {} : { ssh }),
    ...(active.includes('multipathd') ? { multipathBlacklist: blacklist(read(sections, probe.multipath)) } : {}),
  };
}

/** `192.0.2.7 22` */
function sshSession(text: string): SshSession | undefined {
  const [, from, port] = /^([0-9a-f.:]+)(?:%\S+)? (\d+)$/.exec(text.trim()) ?? [];
  return from === undefined ? undefined : { from, port: Number(port) };
}

/** `table inet filter {`, `chain input {`, `type filter hook input priority filter; policy drop;`, or `-P INPUT DROP`. */
function firewall(text: string): ServiceFacts['firewall'] {
  let table = '';
  let chain = '';
  const dropping = text.split('\n').flatMap((line): DroppingChain[] => {
    table = /^table (\S+ \S+) \{/.exec(line)?.[1] ?? table;
    chain = /^\s+chain (\S+) \{/.exec(line)?.[1] ?? chain;
    const hook = /hook (input|forward) .*policy drop;/.exec(line)?.[1] ?? /^-P (INPUT|FORWARD) DROP/.exec(line)?.[1];
    if (hook === undefined) return [];
    const old = line.startsWith('-P');
    return [
      {
        table: old ? 'ip filter' : table,
        chain: old ? hook : chain,
        hook: hook.toLowerCase() === 'input' ? 'input' : 'forward',
      },
    ];
  });
  return { ufw: /^Status: active/m.test(text), dropping };
}

/** The sections begin at the margin and end with a brace at the margin. */
function blacklist(text: string): string {
  return text
    .matchAll(/^(?:blacklist|blacklist_exceptions) \{\n[\s\S]*?^\}/gm)
    .map(([whole]) => whole)
    .toArray()
    .join('\n');
}

/** Lines of /etc/environment: `KEY=value`, quoted or not, perhaps after `export`. */
function proxies(text: string): ServiceFacts['proxies'] {
  const found = text.matchAll(/^\s*(?:export\s+)?((?:https?|no|all)_proxy)=["']?([^"'\n]*)["']?\s*$/gim);
  return new Map(
    found
      .map(([, name = '', value = '']): [string, string] => [
        name.toLowerCase(),
        value.replace(/\/\/[^@/]*@/, '//***@').trim(),
      ])
      .filter(([, value]) => value !== ''),
  );
}
