import { renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import * as z from 'zod';
import { makeFolder } from '../host/make-folder.ts';
import { isOfShell } from '../host/read-text-now.ts';
import type { Files } from '../site/files.ts';
import { memoryName, type RecentSite } from './recent-sites.ts';

/** What is remembered about the operator rather than the site: for comfort alone, nothing depends on it. No secrets. */
export interface Memory {
  /** Latest first. */
  recentSites(): readonly RecentSite[];
  /** A pipe of the shell is not there the next time, and not remembered. */
  rememberSite(name: string, path: string): void;
  /** Usual times of the kinds of steps in ms, from earlier runs; those that never ran are not there. */
  stepTimes(): Readonly<Partial<Record<string, number>>>;
  /** One after the other. The time of a step that found nothing to do counts only until one has changed something. */
  rememberStepTimes(times: readonly StepTime[]): void;
  /** A choice of the screens, such as the last scenario. */
  choice(key: string): string | undefined;
  choose(key: string, value: string): void;
}

export interface StepTime {
  readonly kind: string;
  readonly ms: number;
  /** It did something. */
  readonly changed: boolean;
}

const storeSchema = z.object({
  sites: z.array(z.object({ name: z.string(), path: z.string(), at: z.string() })).catch([]),
  stepTimes: z.record(z.string(), z.number().nonnegative()).catch({}),
  choices: z.record(z.string(), z.string()).catch({}),
});
type Store = z.output<typeof storeSchema>;

const sitesKept = 10;

/**
 * Opens the memory in `files.operator`. A file that cannot be read is kept aside as `….unreadable`, reported, and a new one
 * started; where nothing can be written (another user's folder), it remembers until the program ends.
 */
export function openMemory(files: Files, report: (text: string) => void = toStandardError): Memory {
  let conf = openStore(files.operator, report);
  let held = storeSchema.parse({});
  // Read again each time: a run and a screen may remember at once.
  const read = (): Store => {
    const stored = attempt(() => conf?.store);
    return stored === undefined ? held : storeSchema.parse(stored);
  };
  const keep = (change: Partial<Store>): void => {
    held = { ...read(), ...change };
    if (attempt(() => [conf?.set(change)]) === undefined) conf = undefined;
  };
  return {
    recentSites: () => read().sites.map((site) => ({ ...site, at: new Date(site.at) })),
    rememberSite(name, path) {
      if (isOfShell(path)) return;
      const others = read().sites.filter((site) => site.path !== path);
      keep({ sites: [{ name, path, at: new Date().toISOString() }, ...others].slice(0, sitesKept) });
    },
    stepTimes: () => read().stepTimes,
    rememberStepTimes(times) {
      const { stepTimes } = read();
      const after = times.reduce(withTime, stepTimes);
      if (after !== stepTimes) keep({ stepTimes: after });
    },
    choice: (key) => read().choices[key],
    choose: (key, value) => keep({ choices: { ...read().choices, [key]: value } }),
  };
}

function withTime(times: Store['stepTimes'], { kind, ms, changed }: StepTime): Store['stepTimes'] {
  const before = times[kind];
  if (!changed && before !== undefined) return times;
  return { ...times, [kind]: Math.round(before === undefined ? ms : (before + ms) / 2) };
}

const toStandardError = (text: string): void => void process.stderr.write(`! ${text}\n`);

function openStore(folder: string, report: (text: string) => void): Conf<Store> | undefined {
  const open = () =>
    new Conf<Store>({
      cwd: folder,
      configName: memoryName,
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
      clearInvalidConfig: false,
    });
  return attempt(() => {
    makeFolder(folder);
    return attempt(open) ?? startOver(folder, open, report);
  });
}

function startOver(folder: string, open: () => Conf<Store>, report: (text: string) => void): Conf<Store> {
  const file = join(folder, `${memoryName}.json`);
  renameSync(file, `${file}.unreadable`);
  report(`${file} could not be read: recent sites and usual times are forgotten. It is kept as ${file}.unreadable`);
  return open();
}

function attempt<Result>(what: () => Result): Result | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}
