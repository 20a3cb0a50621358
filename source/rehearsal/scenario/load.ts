import { readdir } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { Fault } from '../../errors/fault.ts';
import { isMissing } from '../../errors/thrown.ts';
import { textOfFile } from '../../host/read-text.ts';
import { whyUnread } from '../../host/unread.ts';
import { templatesFolder } from '../../site/templates.ts';
import { didYouMean } from '../../text/nearest.ts';
import type { Scenario } from './schema.ts';

export interface ScenarioTitle {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
}

const suffix = '.yaml';
const folder = () => join(templatesFolder(), 'rehearsal');

/** The scenarios that come with the program, the healthy one first. */
export async function listScenarios(): Promise<readonly ScenarioTitle[]> {
  const names = (await readdir(folder())).filter((name) => name.endsWith(suffix)).map((name) => basename(name, suffix));
  const titles = await Promise.all(
    names.map(async (id) => {
      const { title, summary } = await loadScenario(id);
      return { id, title, summary };
    }),
  );
  const rank = (id: string) => (id === 'healthy' ? '' : id);
  return titles.sort((one, other) => rank(one.id).localeCompare(rank(other.id)));
}

/** Reads a scenario by its name, or by the path of its file. Throws `Fault` for an unknown name and for a file that is wrong. */
export async function loadScenario(nameOrPath: string): Promise<Scenario> {
  const file =
    nameOrPath.includes('/') || isAbsolute(nameOrPath) ? nameOrPath : join(folder(), `${nameOrPath}${suffix}`);
  const text = await textOfFile(file).catch(async (cause: unknown) => {
    throw await noScenario(nameOrPath, cause);
  });
  const { knownScenarios } = await import('./known-scenarios.ts');
  const known = knownScenarios.find((each) => each.text === text)?.scenario;
  return known ?? (await import('./read.ts')).readScenario(text, file);
}

async function noScenario(nameOrPath: string, cause: unknown): Promise<Fault> {
  const known = (await readdir(folder())).filter((name) => name.endsWith(suffix)).map((name) => basename(name, suffix));
  return new Fault({
    what: isMissing(cause)
      ? `Unknown rehearsal scenario ${nameOrPath}.`
      : `The rehearsal scenario ${nameOrPath} cannot be read.`,
    ...(isMissing(cause) ? {} : { why: whyUnread(cause) }),
    next: [...didYouMean(nameOrPath, known), `Choose one of: ${known.join(', ')}.`],
    cause,
  });
}
