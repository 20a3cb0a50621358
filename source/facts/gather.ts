import type { Clock, Host } from '../host/host.ts';
import type { NodeFacts } from './facts.ts';
import { networkFacts } from './network.ts';
import { factsProbe } from './probe.ts';
import { readSections, SectionProblem, type Sections } from './sections.ts';
import { microK8sFacts, packageFacts } from './software.ts';
import { storageFacts } from './storage.ts';
import { cpuFacts, identityFacts, memoryFacts, systemFacts, timeFacts } from './system.ts';

/** ms; a tired disk, a snapd that starts and a simulated upgrade take their time. */
const deadline = 120_000;

/**
 * Looks at a node in one round trip. What could not be read is missing and named in `problems`.
 * Throws `HostFault` when the node is not reached.
 */
export async function gatherFacts(
  host: Host,
  { node, clock, packages }: { readonly node: string; readonly clock: Clock; readonly packages: readonly string[] },
): Promise<NodeFacts> {
  const access = await host.access();
  const asked = clock.now();
  let answered: number | undefined;
  let clockIsNext = false;
  const result = await host.run(factsProbe(packages), {
    sudo: access.sudo !== 'refused',
    deadline,
    onLine(line) {
      // the probe tells the time first, and its line comes at once: that, not the whole probe, is the round trip
      if (clockIsNext) answered ??= clock.now();
      clockIsNext = line === '@@ clock says';
    },
  });
  const seen = { node, seenAt: new Date(asked).toISOString(), access };
  const sections = readSections(result.stdout);
  const facts = readFacts(sections, asked, answered ?? clock.now());
  if (sections.size > 0) return { ...seen, ...facts };
  return { ...seen, problems: { probe: result.stderr.trim() || `ended with exit code ${result.code}` } };
}

/** The facts of a probe's sections; pure. */
export function readFacts(
  sections: Sections,
  asked: number,
  answered: number,
): Omit<NodeFacts, 'node' | 'seenAt' | 'access'> {
  const problems: Record<string, string> = {};
  const note = (part: string, why: string) => {
    problems[part] = why;
  };
  const read = <T>(name: string, parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SectionProblem)) throw error;
      note(name, error.message);
      return undefined;
    }
  };
  const parts = {
    identity: read('identity', () => identityFacts(sections)),
    system: read('system', () => systemFacts(sections)),
    cpu: read('cpu', () => cpuFacts(sections)),
    memory: read('memory', () => memoryFacts(sections)),
    time: read('time', () => timeFacts(sections, asked, answered)),
    network: read('network', () => networkFacts(sections)),
    storage: read('storage', () => storageFacts(sections, note)),
    packages: read('packages', () => packageFacts(sections, note)),
    microk8s: read('microk8s', () => microK8sFacts(sections)),
  };
  return { ...present(parts), problems };
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

function present<T extends object>(parts: T): Present<T> {
  const kept: Present<T> = {};
  for (const key in parts) {
    const part = parts[key];
    if (part !== undefined && part !== null) kept[key] = part;
  }
  return kept;
}
