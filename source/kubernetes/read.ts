import * as z from 'zod';
import { type Answer, firstWords } from '../host/answer.ts';
import type { ReadOnlyHost, RunResult } from '../host/host.ts';
import { isPassing } from '../host/host-fault.ts';
import { lookAgain } from '../host/look-again.ts';
import { parseJson } from '../microk8s/microk8s.ts';
import { defined } from '../text/defined.ts';
import { kubectl, type Where } from './kubectl.ts';

export interface Asking {
  /** ms, for one attempt. Default: 15 000, three times. */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
}

const listed = z.object({ items: z.array(z.unknown()) });

/** All objects of one or more kinds. One that is not as expected makes the whole answer none: nothing is silently left out. */
export async function readList<Schema extends z.ZodType>(
  host: ReadOnlyHost,
  kinds: string | readonly string[],
  where: Where,
  schema: Schema,
  asking: Asking = {},
): Promise<Answer<z.output<Schema>[]>> {
  const result = await ask(host, kubectl.list(kinds, where), asking);
  const list = listed.safeParse(parseJson(result.stdout));
  if (result.code !== 0 || !list.success) return { answered: false, said: firstWords(result) };
  const read = z.array(schema).safeParse(list.data.items);
  if (read.success) return { answered: true, value: read.data };
  return { answered: false, said: `kubectl's answer is not as expected: ${z.prettifyError(read.error)}` };
}

/** One object; `value: undefined` where the API says that there is none. */
export async function readObject<Schema extends z.ZodType>(
  host: ReadOnlyHost,
  kind: string,
  name: string,
  namespace: string | undefined,
  schema: Schema,
  asking: Asking = {},
): Promise<Answer<z.output<Schema> | undefined>> {
  const result = await ask(host, kubectl.get(kind, name, namespace), asking);
  if (result.code !== 0) return { answered: false, said: firstWords(result) };
  if (result.stdout.trim() === '') return { answered: true, value: undefined };
  const read = schema.safeParse(parseJson(result.stdout));
  return read.success ? { answered: true, value: read.data } : { answered: false, said: firstWords(result) };
}

/** The same answer; a machine that is away or too slow has given none. */
export async function unlessAway<T>(answer: Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await answer;
  } catch (error) {
    if (isPassing(error)) return { answered: false, said: error.message };
    throw error;
  }
}

/** Whether the API answered that it has no such kind: nothing of it is there. */
export const isUnknownKind = (answer: Answer<unknown>): boolean =>
  !answer.answered && /doesn't have a resource type/.test(answer.said);

/** Runs a look as root. One that has no deadline of its own is taken again where it was late. */
export function ask(
  host: ReadOnlyHost,
  command: readonly string[],
  { deadline, signal }: Asking = {},
): Promise<RunResult> {
  const run = (limit: number) =>
    host.run(command, { sudo: true, deadline: limit, kept: longestAnswer, ...defined({ signal }) });
  return deadline === undefined ? lookAgain(() => run(usualDeadline)) : run(deadline);
}

/** ms */
const usualDeadline = 15_000;
/** Characters. A pod takes up to 10 000 of them as JSON: some thousand pods. Half an answer would be none. */
const longestAnswer = 64 * 1024 * 1024;
