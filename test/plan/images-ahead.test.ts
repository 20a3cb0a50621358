import { expect, it } from 'vitest';
import { carryThrough, fakeWorld, textOf } from './fake-world.ts';
import { cluster, factsOf, makePlan, product, type Shape, siteOf, stepsOf } from './sample.ts';

const now = new Date('2026-11-21T08:00:00Z');
const initial = (shape: Shape, changes: Record<string, unknown> = {}, facts = factsOf(shape)) =>
  makePlan({ purpose: 'init', site: siteOf(shape, changes), product, facts, now });

const pod = (image: string, place: number) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: p${place}}\nspec: {containers: [{image: "${image}"}]}\n`;
const rendered = (images: readonly string[]) =>
  `name: any\nversion: 1.0.0\n--- # manifest\n${images.map(pod).join('---\n')}`;
const engines = ['docker.io/openebs/lvm-driver:1.9.1', 'registry.k8s.io/sig-storage/csi-provisioner:v5.2.0'];

interface Registries {
  /** What the charts start. */
  readonly charts: readonly string[];
  /** Of the site. */
  readonly changes: Record<string, unknown>;
  /** Beginning of what a registry does not give. */
  readonly refused: string;
  /** What the nodes have. */
  readonly there: string;
  /** A node that does not answer. */
  readonly away: string;
}

/** Does the step; what each node was told to fetch, and what is seen of it in the end. */
async function fetched(
  shape: Shape,
  { charts = engines, changes = {}, refused = 'none', there = '', away = '' }: Partial<Registries> = {},
) {
  const site = siteOf(shape, changes);
  const world = fakeWorld({
    site,
    product,
    registrySecret: 'secret',
    away: (node) => node === away,
    answers: {
      'render-chart': rendered(charts),
      [`pull-image ${refused}`]: { code: 1, stderr: '429 Too Many Requests' },
      '/snap/bin/microk8s ctr images ls': there,
    },
  });
  const step = stepsOf(initial(shape, changes))('images-ahead');
  const { after } = await carryThrough(world.context, step);
  const asked = world.ran.map(({ node, command }) => `${node} ${textOf(command).replace('pull-image ', '')}`);
  return { asked, after };
}

it('fetches for every node what addons and charts start, and not what is there', async () => {
  const { asked, after } = await fetched({ managers: 3 }, { there: 'docker.io/coredns/coredns:1.12.3\n' });
  for (const node of ['ks-1', 'ks-2', 'ks-3'])
    for (const image of ['quay.io/metallb/speaker:v0.15.2', ...engines]) expect(asked).toContain(`${node} ${image}`);
  expect(asked.filter((text) => text.includes('coredns'))).toEqual([]);
  expect(new Set(asked).size).toBe(asked.length);
  expect(after).toEqual({ ok: true, observed: `${asked.length + 3} of ${asked.length + 3} images are there` });
});

it('a registry that refuses ends no run: the pods fetch theirs', async () => {
  const { asked, after } = await fetched({ managers: 1 }, { refused: 'docker.io/openebs' });
  expect(asked).toContain(`ks-1 ${engines[1]}`);
  expect(after).toEqual({ ok: true, observed: `${asked.length - 1} of ${asked.length} images are there` });
});

it('a node that does not answer ends no run either', async () => {
  const { asked, after } = await fetched({ managers: 3 }, { away: 'ks-3' });
  expect(asked.filter((text) => text.startsWith('ks-2'))).not.toEqual([]);
  expect(after.ok).toBe(true);
});

it('leaves out what needs a login: containerd knows it from the secret of a pod alone', async () => {
  const changes = { registry: { host: 'registry.acme.eu', user: 'puller', mirrors: {} } };
  const { asked } = await fetched(
    { managers: 1 },
    { charts: ['registry.acme.eu/spot/web:1', engines[1] ?? ''], changes },
  );
  expect(asked.filter((text) => text.includes('registry.acme.eu'))).toEqual([]);
  expect(asked).toContain(`ks-1 ${engines[1]}`);
});

it.each([
  ['of Docker Hub only what it gives to one address', {}, 60],
  ['from a mirror all', { registry: { host: 'registry.acme.eu', mirrors: { 'docker.io': 'hub' } } }, 120],
])('%s', async (_, changes, wanted) => {
  const charts = [...['a', 'b', 'c', 'd', 'e'].map((name) => `docker.io/openebs/${name}:1`), engines[1] ?? ''];
  const { asked } = await fetched({ managers: 3, workers: 17 }, { changes, charts });
  expect(asked.filter((text) => text.includes('docker.io/'))).toHaveLength(wanted);
  expect(asked).toContain(`kw-17 ${engines[1]}`);
});

it('goes on by itself: it waits for MicroK8s on the nodes, and nothing waits for it', () => {
  const { steps } = initial({ managers: 3 });
  const step = stepsOf({ steps })('images-ahead');
  // the chart of the product lies on the first node once it was judged there
  expect(step.needs).toEqual(['release-check@ks-1', 'microk8s-install@ks-2', 'microk8s-install@ks-3']);
  expect(steps.filter(({ needs }) => needs.includes('images-ahead'))).toEqual([]);
});

it('is no part of a plan for nodes that have MicroK8s, and fetches a product only where it is deployed', () => {
  const shape = { managers: 3 };
  const living = initial(
    shape,
    {},
    factsOf(shape, () => cluster()),
  );
  expect(living.steps.map(({ id }) => id)).not.toContain('images-ahead');
  const releases = (deploy: string) =>
    JSON.stringify(stepsOf(initial(shape, { deploy }))('images-ahead').parameters['charts']).match(
      /"release":"[^"]*"/g,
    );
  expect(releases('now')).toHaveLength(3);
  expect(releases('later')).toHaveLength(2);
});
