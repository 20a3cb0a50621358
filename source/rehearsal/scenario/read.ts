import { InvalidFile } from '../../site/reading/invalid-file.ts';
import { readYaml } from '../../site/reading/reading.ts';
import { type Scenario, scenarioSchema } from './schema.ts';

/** What the text of a scenario's file says. Throws `InvalidFile` with every problem when it is wrong. */
export function readScenario(text: string, file: string): Scenario {
  const read = readYaml(text, file, scenarioSchema);
  if ('problems' in read) throw new InvalidFile(file, read.problems);
  return read.value;
}
