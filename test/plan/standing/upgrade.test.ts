import { describe, expect, it, test } from 'vitest';
import { type Bundle, manifestSchema } from '../../../source/bundle/manifest.ts';
import { Fault } from '../../../source/errors/fault.ts';
import { tracksBetween } from '../../../source/microk8s/tracks.ts';
import { nodes } from '../cluster-words.ts';
import { carryThrough, fakeWorld } from '../fake-world.ts';
import { cluster, factsOf, makePlan, product, siteOf } from '../sample.ts';
import { standingOf } from './a-cluster.ts';

const shape = { managers: 3, workers: 1 };
const now = new Date('2026-11-21T08:00:00Z');
const on = (channel: string) => factsOf(shape, (node) => cluster({ channel, worker: node === 'kw-1' }));
const planTo = (channel: string, from: string, site = siteOf(shape, { cluster: { channel } }), bundle?: Bundle) =>
  makePlan({ purpose: 'init', site, product, facts: on(from), cluster: standingOf(shape), now, bundle });
const manifest = manifestSchema.parse({
  ...{ version: 1, createdAt: now.toISOString(), madeBy: '0.1.0', channel: '1.34/stable', architecture: 'amd64' },
  ...{ releases: ['24.04'], product: 'kloudspot', features: [] },
  parts: [
    {
      path: 'program/kloudspot',
      kind: 'program',
      name: 'kloudspot',
      for: 'operator',
      sha256: '0'.repeat(64),
      bytes: 1,
    },
  ],
});
const bundle = { file: '/srv/site.bundle', manifest, starts: new Map() };

test('minor by minor, none left out', () => {
  expect(tracksBetween('1.32', '1.35/candidate')).toEqual(['1.33/stable', '1.34/stable', '1.35/candidate']);
  expect(tracksBetween('1.34', '1.34/stable')).toEqual([]);
  expect(tracksBetween('1.35', '1.34/stable')).toEqual([]);
});

describe('the plan of an upgrade', () => {
  it('takes managers before workers, one after the other, through every minor', () => {
    const { steps } = planTo('1.34/stable', '1.32/stable');
    const ids = steps.map(({ id }) => id).filter((id) => id.startsWith('snap-refresh'));
    const nodes = ['ks-1', 'ks-2', 'ks-3', 'kw-1'];
    expect(ids).toEqual(['1.33', '1.34'].flatMap((track) => nodes.map((node) => `snap-refresh/${track}@${node}`)));
    for (const [at, id] of ids.entries()) {
      const next = steps.find((step) => step.id === ids[at + 1]);
      if (next) expect(next.needs).toEqual([`settled/${id.split('@')[1]}-${id.slice(13, 17)}`]);
    }
    expect(steps[0]?.id).toBe('backup/before-upgrade');
    expect(steps.some(({ kind }) => kind === 'microk8s-install' || kind === 'ingress-removal')).toBe(false);
  });
  it('asks another manager while one is refreshed', () => {
    const { steps } = planTo('1.35/stable', '1.34/stable');
    const through = (node: string) => steps.find(({ id }) => id === `snap-refresh/1.35@${node}`)?.parameters['through'];
    expect([through('ks-1'), through('ks-2')]).toEqual(['ks-2', 'ks-1']);
  });
  it('replaces ingress-nginx before the addons of the new track are taken', () => {
    const kinds = planTo('1.35/stable', '1.34/stable').steps.map(({ kind }) => kind);
    expect(kinds.indexOf('ingress-removal')).toBeGreaterThan(kinds.lastIndexOf('snap-refresh'));
    expect(kinds.indexOf('addons-update')).toBeGreaterThan(kinds.indexOf('ingress-removal'));
    expect(kinds.indexOf('addon-ingress')).toBeGreaterThan(kinds.lastIndexOf('addons-update'));
  });
  it.each([
    ['an older track', () => planTo('1.34/stable', '1.35/stable'), 'runs 1.35/stable; 1.34/stable is older.'],
    [
      'nodes at once',
      () => planTo('1.35/stable', '1.34/stable', siteOf({ managers: 3 }, { cluster: { channel: '1.35/stable' } })),
      'Nodes and channel cannot change in the same run.',
    ],
    [
      'a site that is installed from a bundle',
      () => planTo('1.34/stable', '1.33/stable', undefined, bundle),
      'The channel of a site that is installed from a bundle cannot change.',
    ],
  ])('refuses %s', (_, make, text) => {
    expect(make).toThrow(Fault);
    expect(make).toThrow(text);
  });
});

test('a kubelet that reports its version before it is ready is waited for', async () => {
  const step = planTo('1.34/stable', '1.33/stable').steps.find(({ id }) => id === 'snap-refresh/1.34@ks-2');
  if (!step) throw new Error('no such step');
  let looks = 0;
  const { context } = fakeWorld({
    site: siteOf({ managers: 3 }, { cluster: { channel: '1.34/stable' } }),
    product,
    answers: {
      'snap list': ({ ran }) =>
        `Name Version Rev Tracking Publisher Notes\nmicrok8s v1 1 ${ran('snap refresh microk8s') ? '1.34' : '1.33'}/stable canonical classic,held\n`,
      '/snap/bin/microk8s kubectl get nodes': ({ ran }) => {
        // The first look after it was opened, and one more, find it not ready.
        const after = ran('uncordon') > 0 ? ++looks : 0;
        const [node] = JSON.parse(nodes({ name: 'ks-2', ready: after === 0 || after > 2 })).items;
        return JSON.stringify({ ...node, spec: { unschedulable: ran('uncordon') === 0 } });
      },
    },
  });
  expect(await carryThrough(context, step)).toMatchObject({ after: { ok: true, observed: 'ks-2 runs v1.34.1' } });
  expect(looks).toBeGreaterThan(2);
});
