import { expect, test } from 'vitest';
import { gatherFacts } from '../../source/facts/gather.ts';
import { aptProxyFile, askedFiles, packetFilterRules } from '../../source/host/node-state.ts';
import { tuningSchema } from '../../source/product/tuning.ts';
import { factsOf, makePlan, product, siteOf, stepsOf } from '../plan/sample.ts';
import { type OnMachines, onMachines } from './steps.ts';

const shape = { managers: 3 };
const network = { virtualAddress: '10.0.4.30', gateway: '10.0.4.1', nameservers: ['10.0.4.1'] };
const proxy = { http: 'http://proxy.acme.eu:3128' };
const asking = siteOf(shape, { network: { ...network, proxy, firewall: { administrators: ['10.0.4.0/24'] } } });
const plain = siteOf(shape);
const tuning = tuningSchema.parse({
  sysctls: [{ name: 'vm.max_map_count', value: 262144, why: 'A database needs it.' }],
});
const kinds = ['proxy-removal', 'firewall-removal', 'tuning'];

const planOf = (site: typeof plain, of: typeof product, there: readonly string[]) =>
  makePlan({
    purpose: 'init',
    site,
    product: of,
    facts: factsOf(shape, () => ({ services: servicesWith(there) })),
    now: new Date(0),
  });
const servicesWith = (there: readonly string[]) => ({
  active: [],
  firewall: { ufw: false, dropping: [] },
  proxies: new Map(),
  askedFiles: there,
});

/** The first node as the site and the product that ask left it. */
async function asked(): Promise<OnMachines> {
  const machines = await onMachines(asking, product);
  const steps = stepsOf(planOf(asking, { ...product, tuning }, []));
  for (const kind of ['proxy', 'tuning', 'firewall'])
    await machines.act({ ...steps(`${kind}@ks-1`), id: `old-${kind}` });
  return machines;
}

const there = async (machines: OnMachines) => {
  const host = await machines.world.host('ks-1');
  const texts = await Promise.all(askedFiles.map((path) => host.readFile(path)));
  return askedFiles.filter((_, index) => texts[index] !== undefined);
};

test('a node says which of these files it has', async () => {
  const machines = await asked();
  const { world } = machines;
  const facts = await gatherFacts(await world.host('ks-1'), { node: 'ks-1', clock: world.clock, packages: [] });
  expect(facts.services?.askedFiles).toEqual([packetFilterRules, aptProxyFile, '/etc/sysctl.d/99-zz-kloudspot.conf']);
});

test('a plan removes what neither site nor product asks for any more, and nothing where they never did', () => {
  const of = (files: readonly string[]) =>
    planOf(plain, product, files)
      .steps.filter(({ kind, node }) => node === 'ks-1' && kinds.includes(kind))
      .map(({ kind }) => kind);
  expect(of(askedFiles)).toEqual(kinds);
  expect(of([])).toEqual([]);
});

test('the steps remove files, rules and proxy, and undo restores them', async () => {
  const machines = await asked();
  const before = await there(machines);
  const steps = stepsOf(planOf(plain, product, before));
  const snapd = async () => (await machines.world.run('ks-1', ['snap', 'get', '-d', 'system', 'proxy'])).stdout;
  const had = await snapd();
  for (const kind of kinds) {
    const step = steps(`${kind}@ks-1`);
    expect(await machines.state(step)).toMatchObject({ ok: false });
    expect(await machines.act(step)).toMatchObject({ ok: true });
  }
  expect(await there(machines)).toEqual([]);
  expect(await snapd()).not.toContain('proxy.acme.eu');
  for (const kind of kinds.toReversed()) await machines.undo(steps(`${kind}@ks-1`));
  expect(await there(machines)).toEqual(before);
  expect(await snapd()).toBe(had);
  const old = stepsOf(planOf(asking, { ...product, tuning }, []));
  for (const kind of ['proxy', 'tuning', 'firewall'])
    expect(await machines.state(old(`${kind}@ks-1`))).toMatchObject({ ok: true });
});

test('a proxy that snapd has from elsewhere by now stays', async () => {
  const machines = await asked();
  const other = ['snap', 'set', 'system', 'proxy.http=http://other:1', 'proxy.https=', 'proxy.no-proxy='];
  await machines.world.run('ks-1', other);
  await machines.act(stepsOf(planOf(plain, product, [aptProxyFile]))('proxy-removal@ks-1'));
  expect((await machines.world.run('ks-1', ['snap', 'get', '-d', 'system', 'proxy'])).stdout).toContain(
    'http://other:1',
  );
});
