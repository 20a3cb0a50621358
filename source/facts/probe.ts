import type { Script } from '../host/host.ts';
import { commandLine } from '../text/quote.ts';
import { clock, hardwareSections } from './hardware.ts';
import { kernelSections } from './kernel.ts';
import { lvmSections } from './lvm.ts';
import { networkSections } from './network.ts';
import type { Section, SectionOutput } from './section.ts';
import { serviceSections } from './services.ts';
import { softwareSections } from './software.ts';
import { diskSections } from './storage.ts';
import { systemSections } from './system.ts';

/** Every section, in the order in which they are printed: the clock first, the slow ones last. A new one goes into its subject's list. */
export const probeSections = [
  ...hardwareSections,
  ...systemSections,
  ...kernelSections,
  ...serviceSections,
  ...networkSections,
  ...diskSections,
  ...lvmSections,
  ...softwareSections,
].toSorted((one, other) => Number(one.slow) - Number(other.slow));

export type SectionName = (typeof probeSections)[number]['name'];

const isSection = (name: string): name is SectionName => probeSections.some((section) => section.name === name);

/**
 * The script `facts`: looks at a node in one round trip, changes nothing, and needs only what a bare Ubuntu Server has.
 * Its arguments are the packages whose state is asked for. It prints the sections as `probeText` does and ends with 0;
 * a section that fails costs only itself. Run it as root; without root some sections fail.
 */
export function factsProbe(packages: readonly string[]): Script {
  return { name: 'facts', text: script(), arguments: packages };
}

/** The line that comes before what a section printed. */
const opening = (name: string) => `@@ ${name} says`;

/** The time comes first and at once: the line after this one ends the round trip. */
export const clockOpening = opening(clock.name);

/** The output of the probe, put together from its sections: what the script prints, for simulated nodes and tests. */
export function probeText(sections: Readonly<Partial<Record<SectionName, SectionOutput>>>): string {
  return probeSections
    .flatMap(({ name }) => {
      const section = sections[name];
      return section ? [sectionText(name, section)] : [];
    })
    .join('');
}

const sectionText = (name: string, { stdout, stderr = '', code }: SectionOutput) =>
  `${opening(name)}\n${stdout}\n@@ ${name} warns\n${stderr}\n@@ ${name} ends ${code}\n`;

/** Takes the probe's output apart; the inverse of `probeText`. What comes after a section that broke off is missing. */
export function readSections(output: string): ReadonlyMap<SectionName, SectionOutput> {
  const sections = new Map<SectionName, SectionOutput>();
  const says = /@@ (\S+) says\n/y;
  for (let name = says.exec(output)?.[1]; name !== undefined && isSection(name); name = says.exec(output)?.[1]) {
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

/** Slow tools work side by side with the rest: they are begun as soon as the clock was read. */
function script(): string {
  const [time, ...others] = probeSections.map(asked);
  return [
    functions,
    ...probeSections.flatMap(({ name, question }) =>
      'bash' in question ? [`${functionOf(name)}() {\n  ${question.bash}\n}`] : [],
    ),
    time,
    ...others.toSorted((one, other) => Number(other.startsWith('begin ')) - Number(one.startsWith('begin '))),
    'cat "${answers[@]/#//dev/fd/}"',
    'exit 0\n',
  ].join('\n');
}

const functionOf = (name: string) => `ask_${name.replaceAll('-', '_')}`;

function asked({ name, question, slow }: Section): string {
  if ('file' in question) return `file ${commandLine([name, question.file])}`;
  const command = 'bash' in question ? [functionOf(name)] : question;
  return `${slow ? 'begin' : 'section'} ${commandLine([name, ...command])}`;
}

/**
 * Standard output passes through as it comes; standard error is caught in a variable, so neither can mix with the other.
 * A file is printed by bash itself.
 */
const functions = `
export LC_ALL=C LVM_SUPPRESS_FD_WARNINGS=1
asked=("$@")
answers=()

section() {
  local name=$1 warnings code
  shift
  printf '@@ %s says\\n' "$name"
  { warnings=$("$@" 2>&1 1>&3 3>&-); code=$?; } 3>&1
  printf '\\n@@ %s warns\\n%s\\n@@ %s ends %s\\n' "$name" "$warnings" "$name" "$code"
}

file() {
  local name=$1 path=$2 text=() warnings='' code=0
  if [ ! -e "$path" ]; then warnings="$path: No such file or directory"
  elif [ ! -r "$path" ]; then warnings="$path: Permission denied"
  else { mapfile -d '' -n 1 text <"$path"; } 2>/dev/null || warnings="$path: it cannot be read"; fi
  [ -z "$warnings" ] || code=1
  printf '@@ %s says\\n%s\\n@@ %s warns\\n%s\\n@@ %s ends %s\\n' "$name" "\${text[0]-}" "$name" "$warnings" "$name" "$code"
}

begin() {
  local answer
  exec {answer}< <(section "$@")
  answers+=("$answer")
}
`;
