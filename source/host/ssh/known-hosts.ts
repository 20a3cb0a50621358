import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../../text/defined.ts';
import type { HostFiles, HostKeyOffer, HostTarget } from '../host.ts';
import { HostFault } from '../host-fault.ts';
import { textIfPresent } from '../read-text.ts';
import { ask, type Ending } from '../shell/child.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeAtomic } from '../write-atomic.ts';
import { forgetKeys, showHostKey } from './show-host-key.ts';
import { loginFault, mostTelling } from './ssh-faults.ts';
import { pinning, reaching, sshEnvironment } from './ssh-options.ts';

/**
 * The host key that a node shows, when it is not the pinned one: nothing is trusted by asking. ssh itself looks, so that the
 * operator's configuration and jump hosts hold; it stops before any login. Empty: pinned already, and the same.
 * Throws `HostFault` when no address answers.
 */
export async function offeredHostKeys(target: HostTarget, files: HostFiles): Promise<HostKeyOffer[]> {
  if (target.local) return [];
  const pinned = (await pinnedLines(files)).filter((line) => nodeOf(line) === target.node);
  const faults: HostFault[] = [];
  for (const address of target.addresses) {
    const shown = await shownKeys(target, address, pinned, faults);
    if (shown === 'pinned') return [];
    if (shown === undefined) continue;
    const before = pinned[0] === undefined ? undefined : fingerprint(pinned[0]);
    return shown.map((line) => ({
      node: target.node,
      address,
      fingerprint: fingerprint(line),
      line,
      ...defined({ changedFrom: before }),
    }));
  }
  throw mostTelling(faults) ?? new HostFault('unreachable', target.node, { what: `${target.node} has no address.` });
}

/** Whether a key is pinned for the node: its login then refuses every other one, and need not be looked at before. */
export async function isPinned(node: string, files: HostFiles): Promise<boolean> {
  return (await pinnedLines(files)).some((line) => nodeOf(line) === node);
}

/** Fingerprints of the keys that are pinned for the node. */
export async function pinnedKeys(node: string, files: HostFiles): Promise<string[]> {
  return (await pinnedLines(files)).filter((line) => nodeOf(line) === node).map(fingerprint);
}

/** Trusts these keys from now on, each in the place of what was pinned for its node. */
export async function pinHostKeys(offers: readonly HostKeyOffer[], files: HostFiles): Promise<void> {
  const nodes = new Set(offers.map(({ node }) => node));
  const kept = (await pinnedLines(files)).filter((line) => !nodes.has(nodeOf(line)));
  const text = [...kept, ...offers.map(({ line }) => line)].map((line) => `${line}\n`).join('');
  await writeAtomic(files.knownHosts, text, 0o600);
}

let lastPin: Promise<unknown> = Promise.resolve();

/** Pins these public keys for a node; with `besideOld` those that are pinned stay. Steps of several nodes come one after the other. */
export function pinKeysOf(node: string, keys: readonly string[], besideOld: boolean, files: HostFiles): Promise<void> {
  const pinned = lastPin.then(async () => {
    const lines = await pinnedLines(files);
    const fresh = keys.map((key) => [node, ...key.trim().split(/\s+/).slice(0, 2)].join(' '));
    const kept = lines.filter((line) => nodeOf(line) !== node || (besideOld && !fresh.includes(line)));
    await writeAtomic(files.knownHosts, [...kept, ...fresh].map((line) => `${line}\n`).join(''), 0o600);
  });
  lastPin = pinned.catch(() => undefined);
  return pinned;
}

/** A changed key in words: both fingerprints, and what it may mean. */
export async function changedKey(target: HostTarget, address: string, files: HostFiles): Promise<HostFault> {
  const offers = await offeredHostKeys({ ...target, addresses: [address] }, files).catch(() => []);
  const [offer] = offers;
  return new HostFault('host-key-changed', target.node, {
    what: `${target.node} at ${address} shows another host key than the pinned one.`,
    why: [
      ...(offer ? [`Pinned: ${offer.changedFrom}. Shown now: ${offer.fingerprint}.`] : []),
      'Either the machine was reinstalled, another machine has this address, or someone intercepts the connection.',
    ].join(' '),
    next: [
      `Check the node's own console: ${showHostKey}`,
      'Trust the new key only when that shows the same fingerprint.',
      ...forgetKeys([target.node], files.knownHosts),
    ],
  });
}

const nodeOf = (line: string) => line.split(' ', 1)[0] ?? '';

async function pinnedLines(files: HostFiles): Promise<string[]> {
  const text = (await textIfPresent(files.knownHosts)) ?? '';
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

/** `ED25519 SHA256:…`, as ssh-keygen prints it, of a line of the file. */
export function fingerprint(line: string): string {
  const [, type = '', key = ''] = line.split(' ');
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '');
  const name = type
    .replace(/^ssh-/, '')
    .replace(/^ecdsa-.*/, 'ecdsa')
    .replace(/^sk-(ssh-)?/, '')
    .replace(/@.*/, '');
  return `${name.toUpperCase()} SHA256:${digest}`;
}

/** The lines for keys that are not pinned; `pinned` when ssh found the pinned one; undefined (and a fault) when nothing answered. */
async function shownKeys(
  target: HostTarget,
  address: string,
  pinned: readonly string[],
  faults: HostFault[],
): Promise<string[] | 'pinned' | undefined> {
  const first = await look(target, address, pinned);
  // ssh keeps to the pinned key's kind where it can; only without it does it show what the machine would rather use
  const said = first.changed ? await look(target, address, []) : first;
  if (said.added.length > 0) return said.added;
  if (said.reached) return 'pinned';
  faults.push(loginFault({ target, address, said: said.said, printed: '', passwordGiven: false, ending: said.ending }));
  return undefined;
}

interface Look {
  readonly added: string[];
  readonly changed: boolean;
  readonly reached: boolean;
  readonly said: string;
  readonly ending: Ending | undefined;
}

/** ssh notes a new key in a file of its own that is thrown away, and offers no way to log in. */
async function look(target: HostTarget, address: string, pinned: readonly string[]): Promise<Look> {
  const folder = await temporaryFolder();
  try {
    const file = join(folder, 'keys');
    await writeFile(file, pinned.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    const words = ['ssh', ...pinning(target.node, file), ...reaching(target)] as const;
    const more = [
      '-o',
      'StrictHostKeyChecking=accept-new',
      '-o',
      'PreferredAuthentications=none',
      '-o',
      'BatchMode=yes',
    ];
    const apart = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none', '-o', 'HashKnownHosts=no'];
    const { ending, stderr } = await ask(['ssh', ...words.slice(1), ...more, ...apart, '--', address, 'true'], {
      input: '',
      environment: sshEnvironment(),
      deadline: 20_000,
    });
    const after = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    const changed = /REMOTE HOST IDENTIFICATION HAS CHANGED/.test(stderr);
    return {
      added: after.filter((line) => !pinned.includes(line)),
      changed,
      reached: !changed && (ending === 0 || /Permission denied|Too many authentication failures/.test(stderr)),
      said: stderr,
      ending,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
