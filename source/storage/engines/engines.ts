import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import type { Asking } from '../../kubernetes/read.ts';
import { type Site, siteSchema } from '../../site/schema.ts';
import { cstor } from './cstor/cstor.ts';
import type { CopySeen, EngineProfile, PoolSeen } from './engine.ts';
import { existing } from './existing/existing.ts';

/** A name that `storage.shared.engine` takes. */
export type EngineName = Site['storage']['shared']['engine'];

const engines: Readonly<Record<EngineName, EngineProfile>> = { cstor, existing };

const engineSchema = siteSchema.shape.storage.unwrap().shape.shared.unwrap().shape.engine;

/** The names of all engines, the default first. */
export const engineNames = engineSchema.unwrap().options;

/** What a site gets that does not say. */
export const defaultEngine: EngineName = engineSchema.parse(undefined);

/** The engine of that name; undefined where there is none. */
export const engineNamed = (name: string): EngineName | undefined => engineNames.find((one) => one === name);

/** What is known about the engine of that name. */
export function sharedEngine(name: EngineName): EngineProfile {
  return engines[name];
}

/** Whether what blkid found on a device is a pool of one of the engines. */
export const isPoolMark = (contents: string | undefined): boolean =>
  contents !== undefined && Object.values(engines).some(({ poolMark }) => poolMark === contents);

/** Pools of shared volumes in the cluster, of whichever engine. */
export function poolsSeen(host: ReadOnlyHost, asking: Asking): Promise<Answer<PoolSeen[]>> {
  return ofAll(({ pools }) => pools?.(host, everywhere, asking));
}

/** Copies of shared volumes in the cluster, of whichever engine. */
export function copiesSeen(host: ReadOnlyHost, asking: Asking): Promise<Answer<CopySeen[]>> {
  return ofAll(({ copies }) => copies?.(host, everywhere, asking));
}

const everywhere = { all: true };

/** What every engine that answers has; the refusal of the first where none does. */
async function ofAll<Seen>(
  ask: (engine: EngineProfile) => Promise<Answer<Seen[]>> | undefined,
): Promise<Answer<Seen[]>> {
  const answers = await Promise.all(Object.values(engines).flatMap((engine) => ask(engine) ?? []));
  const value = answers.flatMap((answer) => (answer.answered ? answer.value : []));
  const refused = answers.every(({ answered }) => !answered) ? answers.find(({ answered }) => !answered) : undefined;
  return refused ?? { answered: true, value };
}
