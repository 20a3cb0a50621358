// How checks, plan and estimate grow with the number of nodes: ms of CPU at 100 and 1 000 nodes, and the factor between.
// Nothing here passes or fails.
import { checks } from '../../source/check/checks.ts';
import { runChecks } from '../../source/check/run.ts';
import { type Site, siteSchema } from '../../source/site/schema.ts';
import { estimateStorage } from '../../source/storage/estimate.ts';
import { factsOf, makePlan, product, siteOf } from '../plan/sample.ts';
import { median, type Row } from './row.ts';

const sizes = [100, 1000] as const;
const rounds = 3;

/** Five managers and workers in one /16, every node with its own address, reached and looked at. */
function siteWith(count: number): { site: Site; facts: ReturnType<typeof factsOf> } {
  const shape = { managers: 5, workers: count - 5 };
  const base = siteOf({ managers: 5 });
  const at = (index: number, from: number) => `10.${from}.${Math.floor(index / 200)}.${(index % 200) + 21}`;
  const facts = factsOf(shape);
  const nodes = [...facts.keys()].map((name, index) => ({
    name,
    reach: at(index, 8),
    role: name.startsWith('kw') ? 'worker' : 'manager',
    network: { mode: 'static', address: `${at(index, 8)}/16`, interface: 'eth0' },
  }));
  const network = { virtualAddress: '10.8.200.1', gateway: '10.8.0.1', nameservers: ['10.8.0.1'] };
  const site = siteSchema.parse({ ...base, nodes, network });
  const moved = [...facts].map(([name, seen], index) => {
    const address = at(index, 8);
    const interfaces = seen.network?.interfaces.map((one) => ({
      ...one,
      addresses: [{ address, prefix: 16, dynamic: true }],
    }));
    const network = seen.network && { ...seen.network, interfaces: interfaces ?? [] };
    return [name, { ...seen, ...(network && { network }) }] as const;
  });
  return { site, facts: new Map(moved) };
}

/** ms of CPU, those of the garbage collector's threads too: what else the machine does counts least so. */
function time(work: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const started = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  return median(times);
}

/** ms of CPU of checks, plan and estimate with 1 000 nodes, and the factor from 100 nodes on. */
export function growth(): Row[] {
  const inputs = sizes.map((size) => ({ ...siteWith(size), product }));
  const row = (what: string, goal: number, work: (input: (typeof inputs)[number]) => unknown): Row => {
    for (const input of inputs) work(input);
    const [few = 0, many = 0] = inputs.map((input) => time(() => work(input)));
    const figure = `${many.toFixed(0)} ms of CPU, ${(many / few).toFixed(1)} × 100 nodes`;
    return { what, figure, value: many / 1000, goal };
  };
  return [
    // A look of its own each time: what is judged once for an input is not left out.
    row('all checks, 1 000 nodes (s)', 0.6, (input) => runChecks({ ...input })),
    row('plan, 1 000 nodes (s)', 0.5, (input) => makePlan({ ...input, purpose: 'init', now: new Date(0) })),
    row('change of addresses alone, 1 000 nodes (s)', 0.5, (input) =>
      makePlan({ ...input, purpose: 'relocate', now: new Date(0) }),
    ),
    row('estimate, 1 000 nodes (s)', 0.1, ({ site, facts }) => estimateStorage(site, product, [...facts.values()])),
  ];
}

if (import.meta.main) {
  // By check, where one is to be made faster.
  const inputs = sizes.map((size) => ({ ...siteWith(size), product }));
  for (const check of checks) {
    const [few = 0, many = 0] = inputs.map((input) => time(() => check.judge({ ...input })));
    console.log(`${check.id.padEnd(28)} ${few.toFixed(1).padStart(8)} ms ${many.toFixed(1).padStart(8)} ms`);
  }
}
