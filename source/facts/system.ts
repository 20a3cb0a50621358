import type { IdentityFacts, NodeFacts, SystemFacts, TimeFacts } from './facts.ts';
import { SectionProblem, type Sections, textIfAny, textOf } from './sections.ts';

/** `KEY=value` lines as os-release(5) has them: values may stand in double or single quotes. */
function assignments(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(/^([A-Za-z_]\w*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*))$/gm);
  return new Map(
    pairs.map(([, key = '', double, single, bare = '']) => [key, double?.replace(/\\(.)/g, '$1') ?? single ?? bare]),
  );
}

export function systemFacts(sections: Sections): SystemFacts {
  const release = assignments(textOf(sections, 'os-release'));
  const [, kernel = '', architecture = ''] = textOf(sections, 'uname').trim().split(' ');
  return {
    id: release.get('ID') ?? 'unknown',
    versionId: release.get('VERSION_ID') ?? '',
    prettyName: release.get('PRETTY_NAME') ?? release.get('NAME') ?? 'unknown',
    // Ubuntu writes it out: VERSION="22.04.4 LTS (Jammy Jellyfish)"
    lts: /\bLTS\b/.test(release.get('VERSION') ?? ''),
    kernel,
    architecture,
    virtualization: textOf(sections, 'virtualization', [0, 1]).trim() || 'none',
    bootId: textOf(sections, 'boot-id').trim(),
  };
}

export function identityFacts(sections: Sections): IdentityFacts {
  const productUuid = textIfAny(sections, 'product-uuid')?.toLowerCase();
  const initiatorName = textIfAny(sections, 'initiator-name')?.match(/^InitiatorName=(\S+)/m)?.[1];
  const hostKey = textIfAny(sections, 'host-key')?.match(/SHA256:\S+/)?.[0];
  return {
    hostname: textOf(sections, 'hostname').trim(),
    machineId: textOf(sections, 'machine-id').trim(),
    ...(productUuid === undefined ? {} : { productUuid }),
    ...(initiatorName === undefined ? {} : { initiatorName }),
    ...(hostKey === undefined ? {} : { hostKey }),
  };
}

/** `asked` and `answered`: ms since 1970 by the seat's clock, just before the question and when its answer came. */
export function timeFacts(sections: Sections, asked: number, answered: number): TimeFacts {
  const nodeMs = Number(textOf(sections, 'clock').trim());
  if (!Number.isSafeInteger(nodeMs)) throw new SectionProblem('clock: what it printed is not a number');
  return {
    nodeMs,
    seatMs: Math.round((asked + answered) / 2),
    uncertaintyMs: Math.ceil((answered - asked) / 2),
    synchronized: /NTPSynchronized=yes/.test(textIfAny(sections, 'timedatectl') ?? ''),
  };
}

export function cpuFacts(sections: Sections): NonNullable<NodeFacts['cpu']> {
  const info = textOf(sections, 'cpuinfo', [0, 1]);
  const line = (name: string) => info.match(new RegExp(`^(?:${name})\\s*:\\s*(.*)$`, 'm'))?.[1]?.trim();
  const cores = Number(textOf(sections, 'processors').trim());
  if (!Number.isSafeInteger(cores) || cores < 1)
    throw new SectionProblem('processors: what it printed is not a number');
  return {
    model: line('model name') ?? 'unknown',
    cores,
    flags: line('flags|Features')?.split(/\s+/) ?? [],
  };
}

export function memoryFacts(sections: Sections): NonNullable<NodeFacts['memory']> {
  const text = textOf(sections, 'meminfo');
  const bytes = (name: string) =>
    Number(text.match(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm'))?.[1] ?? Number.NaN) * 1024;
  const totalBytes = bytes('MemTotal');
  if (Number.isNaN(totalBytes)) throw new SectionProblem('meminfo: MemTotal is missing');
  return { totalBytes, swapBytes: bytes('SwapTotal') || 0 };
}
