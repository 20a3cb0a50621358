import type { ValueComplaint } from '../../../kubernetes/schema-words.ts';

type Judge = typeof import('../../../kubernetes/value-schema.ts');
/** Its validator takes time to load: it is there before the first command that asks for it. */
let judge: Judge | undefined;

const asking = /(^| )(render-chart|helm3? (upgrade|install)) /;

/** Loads what a command needs that judges values: commands themselves wait for nothing but time. */
export async function readyToJudge(argv: readonly string[]): Promise<void> {
  if (judge === undefined && asking.test(argv.join(' '))) judge = await import('../../../kubernetes/value-schema.ts');
}

/** Texts of a chart, where it has them. */
interface JudgedChart {
  readonly name: string;
  readonly schema?: string | undefined;
  readonly defaults?: string | undefined;
}

/** What Helm 3.18 says of values that the schema of their chart refuses, each in the validator's words; undefined where it takes them. */
export function refusedValues({ name, schema, defaults }: JudgedChart, values: unknown): string | undefined {
  if (judge === undefined || schema === undefined) return undefined;
  const complaints = judge.judgedBySchema(schema, judge.withDefaults(defaults ?? '', values)) ?? [];
  if (complaints.length === 0) return undefined;
  const head = "values don't meet the specifications of the schema(s) in the following chart(s):";
  return [head, `${name}:`, ...complaints.map(line)].join('\n');
}

/** Helm names a key that is not allowed behind the mapping that holds it. */
function line({ path, words }: ValueComplaint): string {
  const unknown = words === 'must NOT have additional properties' ? path.at(-1) : undefined;
  if (unknown === undefined) return `- at '${pointer(path)}': ${words}`;
  return `- at '${pointer(path.slice(0, -1))}': additional properties '${unknown}' not allowed`;
}

const pointer = (path: readonly string[]): string =>
  path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
