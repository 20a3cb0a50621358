import { messageOf } from '../errors/thrown.ts';
import type { Clock, ReadOnlyHost } from '../host/host.ts';
import { unlessLate } from '../host/unless-late.ts';
import { durationWords } from '../text/duration.ts';
import { type NodeObject, nodeObject } from './objects.ts';
import { type Asking, readList } from './read.ts';

export interface Asked {
  readonly node: string;
  readonly host: ReadOnlyHost;
  readonly nodes: readonly NodeObject[];
}

export interface Unanswered {
  readonly node: string;
  readonly said: string;
}

/**
 * The manager to ask: of those whose API answers within the deadline, the one whose cluster holds the most of `wanted`.
 * A node that was installed but never joined answers too, for a cluster of its own.
 * The first that knows all of `wanted` wins at once; no one waits for the dead.
 */
export async function findManager(
  looks: ReadonlyMap<string, () => Promise<ReadOnlyHost>>,
  wanted: readonly string[],
  clock: Clock,
  asking: Asking = {},
): Promise<{ readonly found: Asked | undefined; readonly silent: readonly Unanswered[] }> {
  const silent: Unanswered[] = [];
  const answered: Asked[] = [];
  const knows = (asked: Asked) => asked.nodes.filter(({ metadata }) => wanted.includes(metadata.name)).length;
  const { promise: complete, resolve: finish } = Promise.withResolvers<void>();
  const all = [...looks].map(async ([node, look]) => {
    const asked = await askOne(node, look, clock, asking);
    if ('said' in asked) silent.push(asked);
    else answered.push(asked);
    if (!('said' in asked) && knows(asked) === wanted.length) finish();
  });
  await Promise.race([complete, Promise.all(all)]);
  const found = answered.toSorted((a, b) => knows(b) - knows(a))[0];
  return { found, silent };
}

async function askOne(
  node: string,
  look: () => Promise<ReadOnlyHost>,
  clock: Clock,
  asking: Asking,
): Promise<Asked | Unanswered> {
  try {
    const deadline = asking.deadline ?? 8_000;
    // A node that is gone may keep a connection attempt waiting for longer than anyone wants to wait here.
    const host = await unlessLate(clock, deadline, look());
    if (host === undefined) return { node, said: `no answer in ${durationWords(deadline)}` };
    const nodes = await readList(host, 'nodes', {}, nodeObject, { ...asking, deadline });
    return nodes.answered ? { node, host, nodes: nodes.value } : { node, said: nodes.said };
  } catch (error) {
    return { node, said: messageOf(error) };
  }
}
