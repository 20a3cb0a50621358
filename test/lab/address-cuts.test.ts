import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as lab from './lab.ts';
import { fromLaptop, journal, ran, untilJournal } from './program.ts';
import { writeProduct, writeSite } from './site.ts';

const wanted = Number(process.env['CUTS'] ?? 20);
let root: string;
let site: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: 1, upgrade: false, provisioner: false });
  const product = await writeProduct(join(root, 'site'));
  site = await writeSite({ folder: join(root, 'site'), product, nodes: [{ n: 1, name: 'solo' }], deploy: 'later' });
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

const flags = () => ['--site', site, '--yes', '--accept-new-host-keys'];
const addresses = async () =>
  [...(await lab.onNode(1, 'ip -4 -o address show dev eth0')).stdout.matchAll(/inet (\S+)\//g)].map(([, own]) => own);
const runIds = () => readdir(join(root, 'var/lib/kloudspot/runs')).catch(() => []);

/** What is cut, and how it comes back. */
const cuts = {
  power: { begin: () => lab.off(1), end: () => lab.on(1) },
  cable: { begin: () => lab.cable(1, 'cut'), end: () => lab.cable(1, 'join') },
  process: {
    begin: async () => {
      const pid = Number(journal(root).findLast(({ type }) => type === 'run-started')?.['process']);
      process.kill(pid, 'SIGKILL');
    },
    end: async () => undefined,
  },
} as const;
const kinds = ['power', 'cable', 'process'] as const;

/** The whole change takes a few seconds; a cut cable is joined again once the node has restored. */
it(`of ${wanted} cuts in the middle of a change of address none loses the node, and resume ends with the new address`, async () => {
  const random = seeded(Number(process.env['SEED'] ?? 1));
  for (let trial = 0; trial < wanted; trial++) {
    const before = (await addresses())[0];
    const next = `10.78.0.${100 + trial}`;
    const kind = kinds[trial % kinds.length] ?? 'power';
    const after = Math.floor(random() * 6_000);
    const { length } = await runIds();
    const going = ran(fromLaptop(root, 'relocate', `--address=solo=${next}/16`, ...flags()));
    await expect.poll(async () => (await runIds()).length, { interval: 20 }).toBe(length + 1);
    await untilJournal(root, ({ type, step }) => type === 'step-started' && step === 'network@solo');
    await wait(after);
    const ended = journal(root).at(-1)?.type === 'run-ended';
    if (!ended) await cuts[kind].begin();
    if (kind === 'cable' && !ended) await wait(100_000);
    await cuts[kind].end();
    await going;
    const what = `trial ${trial}: ${kind} cut after ${after} ms`;
    await expect.poll(async () => [before, next].includes((await addresses())[0] ?? ''), { message: what }).toBe(true);
    if (journal(root).at(-1)?.['outcome'] !== 'done') {
      const resumed = await ran(fromLaptop(root, 'resume', '--yes', '--take-over', ...flags().slice(0, 2)));
      expect(resumed.code, `${what}\n${resumed.stdout}${resumed.stderr}`).toBe(0);
    }
    expect(await addresses(), what).toEqual([next]);
    const { stdout } = await lab.onNode(1, 'ls /etc/netplan; systemctl is-enabled kloudspot-network-boot.service');
    expect(stdout, what).toBe('60-kloudspot.yaml\nnot-found\n');
    console.log(what);
  }
});

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
