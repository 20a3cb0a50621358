import type { Clock, Host } from '../host/host.ts';
import type { NodeFacts } from './facts.ts';
import { readFacts } from './parts.ts';
import { clockOpening, factsProbe, readSections } from './probe.ts';

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
      if (clockIsNext) answered ??= clock.now();
      clockIsNext = line === clockOpening;
    },
  });
  const seen = { node, seenAt: new Date(asked).toISOString(), access };
  const sections = readSections(result.stdout);
  if (sections.size > 0) return { ...seen, ...readFacts(sections, asked, answered ?? clock.now()) };
  return { ...seen, problems: { probe: result.stderr.trim() || `ended with exit code ${result.code}` } };
}
