import type * as z from 'zod';
import { type ProbeSection, probeSections, type SectionOutput } from './probe.ts';

export type Sections = ReadonlyMap<ProbeSection, SectionOutput>;

const names: ReadonlySet<string> = new Set(probeSections);
const isSection = (name: string | undefined): name is ProbeSection => name !== undefined && names.has(name);

/** Takes the probe's output apart; the inverse of `probeText`. What comes after a section that broke off is missing. */
export function readSections(output: string): Sections {
  const sections = new Map<ProbeSection, SectionOutput>();
  const says = /@@ (\S+) says\n/y;
  for (let name = says.exec(output)?.[1]; isSection(name); name = says.exec(output)?.[1]) {
    const section = readSection(output, name, says.lastIndex);
    if (section === undefined) break;
    sections.set(name, section.output);
    says.lastIndex = section.end;
  }
  return sections;
}

/** Only the line that is due next counts: a file that holds such lines changes nothing but itself. */
function readSection(output: string, name: string, from: number): { output: SectionOutput; end: number } | undefined {
  const warns = `\n@@ ${name} warns\n`;
  const ends = `\n@@ ${name} ends `;
  const middle = output.indexOf(warns, from);
  const last = middle < 0 ? -1 : output.indexOf(ends, middle + warns.length);
  const end = last < 0 ? -1 : output.indexOf('\n', last + ends.length);
  if (end < 0) return undefined;
  return {
    output: {
      stdout: output.slice(from, middle),
      stderr: output.slice(middle + warns.length, last),
      code: Number.parseInt(output.slice(last + ends.length, end), 10),
    },
    end: end + 1,
  };
}

/** Why a section could not be read: a plain sentence for the operator. */
export class SectionProblem extends Error {
  override readonly name = 'SectionProblem';
}

/** The text of a section whose command ended well (or with another of `codes`). Throws `SectionProblem`. */
export function textOf(sections: Sections, name: ProbeSection, codes: readonly number[] = [0]): string {
  const section = sections.get(name);
  if (section === undefined) throw new SectionProblem(`${name}: the probe did not get that far`);
  if (codes.includes(section.code)) return section.stdout;
  throw new SectionProblem(`${name}: ${reason(section)}`);
}

function reason({ stdout, stderr = '', code }: SectionOutput): string {
  if (code === 124) return 'did not answer in time';
  if (code === 127) return 'not installed';
  const [line] = (stderr.trim() || stdout.trim()).split('\n');
  return line || `ended with exit code ${code}`;
}

/** The JSON of a section, as `schema` describes it. Throws `SectionProblem`. */
export function jsonOf<T>(sections: Sections, name: ProbeSection, schema: z.ZodType<T>): T {
  const text = textOf(sections, name);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new SectionProblem(`${name}: what it printed is not JSON`);
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SectionProblem(`${name}: unexpected output at ${issue?.path.join('.') || 'the top'}`);
}

/** The trimmed text of a section that may be missing. */
export function textIfAny(sections: Sections, name: ProbeSection): string | undefined {
  const section = sections.get(name);
  const text = section?.code === 0 ? section.stdout.trim() : '';
  return text === '' ? undefined : text;
}
