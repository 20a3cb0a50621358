import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { risks, trackIn, tracks } from '../../microk8s/tracks.ts';
import { fileAt } from '../node/file-system.ts';
import { type Call, refuse, say } from './call.ts';

/** A snap of the rehearsal's store: a text that says what it is. */
const snapFile = z.object({
  snap: z.string(),
  version: z.string(),
  revision: z.string(),
  channel: z.string(),
  base: z.string().optional(),
});
export type SnapFile = z.output<typeof snapFile>;

/** Its signatures. */
const assertionFile = z.object({ type: z.literal('snap-revision'), sha256: z.string() });

/** Channels of MicroK8s that the store has, newest track first, as it lists them. */
export const storeChannels: readonly string[] = Object.keys(tracks)
  .toReversed()
  .flatMap((track) => risks.map((risk) => `${track}/${risk}`));

/** The text that stands for a snap in the store; undefined where it has no such channel. Bases and snapd are there in any. */
export function storeSnap(name: string, channel: string): string | undefined {
  const track = name === 'microk8s' ? trackIn(channel) : undefined;
  if (name === 'microk8s' && track === undefined) return undefined;
  const { snap: version, revision, base } = track ?? { snap: '1.0', revision: '1', base: undefined };
  return stringify({ snap: name, version, revision, channel, base } satisfies SnapFile);
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The text that stands for the signatures of a snap. */
export const signaturesOf = (snap: string): string => stringify({ type: 'snap-revision', sha256: digestOf(snap) });

/** `snap ack FILE` */
export function ack(call: Call, path: string): number {
  const text = call.look((machine) => fileAt(machine, path)?.content);
  if (text === undefined) return refuse(call, `error: cannot open "${path}": no such file or directory`);
  const read = assertionFile.safeParse(parse(text));
  if (!read.success) return refuse(call, 'error: cannot assert: cannot decode request body into assertions');
  call.change((machine) => {
    machine.acknowledged = [...new Set([...machine.acknowledged, read.data.sha256])];
  });
  return 0;
}

/** What a file holds, or snapd's refusal: without signatures it takes a file with --dangerous only. */
export function readSnapFile(call: Call, path: string, dangerous: boolean): SnapFile | string {
  const text = call.look((machine) => fileAt(machine, path)?.content);
  if (text === undefined) return `error: cannot open "${path}"`;
  if (!dangerous && !call.look(({ acknowledged }) => acknowledged.includes(digestOf(text))))
    return `error: cannot find signatures with metadata for snap "${path}"`;
  const read = snapFile.safeParse(parse(text));
  return read.success ? read.data : `error: cannot open snap file "${path}"`;
}

/** A base or snapd itself: there at once. */
export function installBase(call: Call, { snap, version, revision }: SnapFile): number {
  call.change((machine) => {
    const notes = snap === 'snapd' ? 'snapd' : 'base';
    machine.snaps[snap] = { version, revision, channel: '-', publisher: 'canonical**', notes, held: false };
  });
  return say(call, `${snap} ${version} from Canonical✓ installed`);
}

/** What keeps an installation from going on where the store is not reached: the base is not there. */
export function missingBase(call: Call, snap: string, base: string | undefined): string | undefined {
  const there = call.look(({ snaps, online }) => online || base === undefined || snaps[base] !== undefined);
  if (there) return undefined;
  return `error: cannot perform the following tasks:
- Ensure prerequisites for "${snap}" are available (cannot install snap base "${base}": Post "https://api.snapcraft.io/v2/snaps/refresh": dial tcp: lookup api.snapcraft.io: Temporary failure in name resolution)`;
}
