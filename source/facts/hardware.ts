import { asIs, read, readIfAny, SectionProblem, type Sections, section, wholeNumber } from './section.ts';

export interface CpuFacts {
  readonly model: string;
  readonly cores: number;
  readonly flags: readonly string[];
}

/** Sizes in bytes. */
export interface MemoryFacts {
  readonly totalBytes: number;
  readonly swapBytes: number;
  /** Pages of 2 MiB that are set aside. */
  readonly hugePages?: number;
  /** What is swapped to: devices and files, in the kernel's order. */
  readonly swaps: readonly { readonly path: string; readonly type: 'file' | 'partition' }[];
}

export interface TimeFacts {
  /** ms since 1970 by the node's clock, and half the round trip that it took to ask. */
  readonly nodeMs: number;
  readonly localMs: number;
  readonly uncertaintyMs: number;
  readonly synchronized: boolean;
}

/** It is asked first, so that the round trip to it can be measured. */
export const clock = section('clock', ['date', '+%s%3N'], wholeNumber());

const probe = {
  clock,
  processors: section('processors', ['nproc', '--all'], wholeNumber(1)),
  // The first processor's lines: `model name` and `flags`, on ARM `Features`.
  cpuinfo: section(
    'cpuinfo',
    ['grep', '-m', '2', '-E', '^(model name|flags|Features)[[:space:]]*:', '/proc/cpuinfo'],
    asIs,
    { codes: [0, 1] },
  ),
  meminfo: section('meminfo', { file: '/proc/meminfo' }, memory),
  swaps: section('swaps', { file: '/proc/swaps' }, swaps),
  synchronized: section(
    'timedatectl',
    ['timeout', '10', 'timedatectl', 'show', '-p', 'NTPSynchronized'],
    (text) => /NTPSynchronized=yes/.test(text),
    { slow: true },
  ),
};
export const hardwareSections = Object.values(probe);

export function cpuFacts(sections: Sections): CpuFacts {
  const info = read(sections, probe.cpuinfo);
  const line = (name: string) => new RegExp(`^(?:${name})\\s*:\\s*(.*)$`, 'm').exec(info)?.[1]?.trim();
  return {
    model: line('model name') ?? 'unknown',
    cores: read(sections, probe.processors),
    flags: line('flags|Features')?.split(/\s+/) ?? [],
  };
}

function memory(text: string): Omit<MemoryFacts, 'swaps'> {
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024;
  const totalBytes = bytes('MemTotal');
  if (Number.isNaN(totalBytes)) throw new SectionProblem('MemTotal is missing');
  const ofTwoMebibytes = bytes('Hugepagesize') === 2 * 1024 ** 2;
  const hugePages = ofTwoMebibytes ? Number(/^HugePages_Total:\s*(\d+)$/m.exec(text)?.[1] ?? 0) : 0;
  return { totalBytes, swapBytes: bytes('SwapTotal') || 0, hugePages };
}

export function memoryFacts(sections: Sections): MemoryFacts {
  return { ...read(sections, probe.meminfo), swaps: readIfAny(sections, probe.swaps) ?? [] };
}

/** `/dev/zram0  partition  8388604  0  100`, under a line of headings. */
function swaps(text: string): MemoryFacts['swaps'] {
  const found = text.matchAll(/^(\/\S+)\s+(file|partition)\s/gm);
  return found
    .map(([, path = '', type]) => ({ path, type: type === 'file' ? ('file' as const) : ('partition' as const) }))
    .toArray();
}

/** `asked` and `answered`: ms since 1970 by the clock here, just before the question and when its answer came. */
export function timeFacts(
  sections: Sections,
  { asked, answered }: { readonly asked: number; readonly answered: number },
): TimeFacts {
  return {
    nodeMs: read(sections, clock),
    localMs: Math.round((asked + answered) / 2),
    uncertaintyMs: Math.ceil((answered - asked) / 2),
    synchronized: readIfAny(sections, probe.synchronized) ?? false,
  };
}
