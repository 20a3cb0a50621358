import type * as z from 'zod';
import { parseSafeJson, safeLine } from '../text/safe-text.ts';

/** What one section's command printed and how it ended. */
export interface SectionOutput {
  readonly stdout: string;
  readonly stderr?: string;
  readonly code: number;
}

/** What a probe answered, by the names of its sections. */
export type Sections = ReadonlyMap<string, SectionOutput>;

/** What a section asks: an argument array, a file whose text is wanted, or a few lines of bash. */
export type Question = readonly string[] | { readonly file: string } | { readonly bash: string };

/** One section of the probe: what is asked, and what the answer means. */
export interface Section<Name extends string = string, Value = unknown> {
  readonly name: Name;
  readonly question: Question;
  /** Throws `SectionProblem` when it cannot read what was printed. */
  readonly parse: (stdout: string, output: SectionOutput) => Value;
  /** Exit codes with which the output counts. */
  readonly codes: readonly number[];
  /** Runs beside the other sections, and is printed last. */
  readonly slow: boolean;
}

/** `codes`: those with which the output counts; 0 only, when left out. */
export function section<const Name extends string, Value>(
  name: Name,
  question: Question,
  parse: Section<Name, Value>['parse'],
  { codes = [0], slow = false }: { readonly codes?: readonly number[]; readonly slow?: boolean } = {},
): Section<Name, Value> {
  return { name, question, parse, codes, slow };
}

/** Why a section could not be read: a plain sentence for the operator. */
export class SectionProblem extends Error {
  override readonly name = 'SectionProblem';
}

/** What a section says. Throws `SectionProblem`, with the section's name in front. */
export function read<Value>(sections: Sections, { name, parse, codes }: Section<string, Value>): Value {
  const output = sections.get(name);
  if (output === undefined) throw new SectionProblem(`${name}: the probe did not get that far`);
  try {
    if (!codes.includes(output.code)) throw new SectionProblem(reason(output));
    return parse(output.stdout, output);
  } catch (error) {
    throw error instanceof SectionProblem ? new SectionProblem(`${name}: ${error.message}`) : error;
  }
}

/** What a section says, or undefined where it could not be read. */
export function readIfAny<Value>(sections: Sections, one: Section<string, Value>): Value | undefined {
  try {
    return read(sections, one);
  } catch (error) {
    if (error instanceof SectionProblem) return undefined;
    throw error;
  }
}

/** Why a command's output does not count. */
export function reason({ stdout, stderr = '', code }: SectionOutput): string {
  if (code === 124) return 'did not answer in time';
  if (code === 127) return 'not installed';
  const [line] = (stderr.trim() || stdout.trim()).split('\n');
  return line || `ended with exit code ${code}`;
}

/** A parser: the text as it is, trimmed, or as lines. */
export const asIs = (text: string): string => text;
export const trimmed = (text: string): string => text.trim();
export const lines = (text: string): string[] => text.split('\n');

/** A parser for a number that is whole and not below `least`. */
export const wholeNumber =
  (least = 0) =>
  (text: string): number => {
    const number = Number(text.trim());
    if (Number.isSafeInteger(number) && number >= least && text.trim() !== '') return number;
    throw new SectionProblem('its output is not a number');
  };

/** A parser for JSON as `schema` describes it. */
export const json =
  <Value>(schema: z.ZodType<Value>) =>
  (text: string): Value => {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new SectionProblem(`unexpected output at ${issue?.path.join('.') || 'the top'}`);
  };

function parseJson(text: string): unknown {
  try {
    return parseSafeJson(text, safeLine);
  } catch {
    throw new SectionProblem('its output is not JSON');
  }
}
