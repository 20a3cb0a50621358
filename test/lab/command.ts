// The lab by hand: node test/lab/lab.ts VERB …
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import * as lab from './harness.ts';
import { hub } from './place.ts';
import { sshOptions } from './reach.ts';

const usage = `node test/lab/lab.ts …
  build                     builds what is not built yet
  up COUNT [options]        a clean lab of COUNT nodes:
                            --disk 20G --volume-group NAME --sudo none|password --netplan static|dhcp
                            --login key|password|both --program DIR --no-upgrade
  add N [options]           one more node
  off N · on N              the power cord
  cut N · join N            the network cable
  reboot N
  ssh N [COMMAND]           as user ubuntu, with the lab's key
  root N COMMAND            as root, past the network
  kubectl …                 the real kubectl, by any manager that answers
  hub COMMAND               where all nodes are seen
  selftest                  looks at everything that the lab promises, on a lab of its own
  missing                   what this machine lacks
  down                      nodes and network are gone, what was built stays`;

export async function command(words: string[]): Promise<void> {
  const [verb = '', ...rest] = words;
  const n = Number(rest[0]);
  const verbs: Record<string, () => Promise<unknown> | unknown> = {
    build: () => lab.ensureBuilt(),
    up: () => lab.up({ nodes: Number(rest[0] ?? 3), ...options(rest.slice(1)) }),
    add: () => lab.add(n, options(rest.slice(1))),
    off: () => lab.off(n),
    on: () => lab.on(n),
    cut: () => lab.cable(n, 'cut'),
    join: () => lab.cable(n, 'join'),
    reboot: () => lab.reboot(n),
    ssh: () =>
      replace('ip', ['netns', 'exec', hub, 'ssh', ...sshOptions, `${lab.user}@${lab.address(n)}`, ...rest.slice(1)]),
    root: async () => show(await lab.onNode(n, rest.slice(1).join(' '))),
    kubectl: async () => show(await lab.tryKubectl(rest)),
    hub: () => replace('ip', ['netns', 'exec', hub, ...rest]),
    missing: () => console.log(lab.whatIsMissing().join('\n') || 'nothing'),
    selftest: async () => (await import('./selftest.ts')).selftest(),
    down: () => lab.down(),
  };
  const act = verbs[verb];
  if (!act) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  try {
    await act();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

function options(words: string[]): lab.NodeOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: words,
    options: {
      disk: text,
      'volume-group': text,
      sudo: text,
      netplan: text,
      login: text,
      program: text,
      password: text,
      'no-upgrade': { type: 'boolean' },
    },
  });
  const { 'volume-group': volumeGroup, 'no-upgrade': still, ...plain } = values;
  return { ...plain, ...(volumeGroup && { volumeGroup }), ...(still && { upgrade: false }) } as lab.NodeOptions;
}

function show({ code, stdout, stderr }: lab.Outcome): void {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}

function replace(program: string, words: string[]): void {
  process.exitCode = spawnSync(program, words, { stdio: 'inherit' }).status ?? 1;
}
