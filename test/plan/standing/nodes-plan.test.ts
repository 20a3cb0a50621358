import { describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../../source/facts/facts.ts';
import type { StandingCluster } from '../../../source/plan/standing/standing.ts';
import { siteText } from '../../../source/site/save.ts';
import type { Site } from '../../../source/site/schema.ts';
import { cluster, factsOf, makePlan, product, type Shape, siteOf } from '../sample.ts';
import { standingOf } from './a-cluster.ts';

const now = new Date('2026-11-21T08:00:00Z');

interface Change {
  readonly site: Site;
  readonly facts: ReadonlyMap<string, NodeFacts>;
  readonly standing: StandingCluster;
}

const planOf = ({ site, facts, standing }: Change) =>
  makePlan({ purpose: 'nodes', site, product, facts, cluster: standing, now });
const ids = (change: Change, ...kinds: readonly string[]) =>
  planOf(change)
    .steps.filter(({ kind }) => kinds.includes(kind))
    .map(({ id }) => id);
/** Facts of a cluster of `members`, with machines beside it that are empty. */
const factsFor = (shape: Shape, members: readonly string[]) =>
  factsOf(shape, (node) => (members.includes(node) ? cluster({ worker: node.startsWith('kw') }) : {}));
const three = ['ks-1', 'ks-2', 'ks-3'];
/** What a member that stays is prepared with last. */
const lastOn = (node: string) => `shared-volume@${node}`;

describe('the plan of nodes that come and go', () => {
  it('adds two managers to three, one after the other, and prepares no machine that is a member', () => {
    const shape = { managers: 5 };
    const change = { site: siteOf(shape), facts: factsFor(shape, three), standing: standingOf({ managers: 3 }) };
    expect(ids(change, 'backup', 'join-manager', 'microk8s-install', 'packages')).toEqual([
      'backup/before-nodes',
      'packages@ks-4',
      'packages@ks-5',
      'microk8s-install@ks-4',
      'microk8s-install@ks-5',
      'join-manager@ks-2',
      'join-manager@ks-3',
      'join-manager@ks-4',
      'join-manager@ks-5',
      'backup/after-nodes',
    ]);
    const needs = (id: string) => planOf(change).steps.find((step) => step.id === id)?.needs;
    expect(needs('join-manager@ks-5')).toEqual(['join-manager@ks-4', 'microk8s-install@ks-5']);
    // the members let a new node in: they know its name by then
    expect(needs('join-manager@ks-2')).toEqual(expect.arrayContaining(three.map((name) => lastOn(name))));
  });

  it('of a site that was changed otherwise has a backup before and after; of the same site none', () => {
    const shape = { managers: 3 };
    const [site, facts] = [siteOf(shape), factsFor(shape, three)];
    const backups = (before: Site) =>
      ids({ site, facts, standing: { ...standingOf(shape), site: siteText(before) } }, 'backup');
    expect(backups(site)).toEqual([]);
    expect(backups(siteOf(shape, { features: ['kloudManage'] }))).toEqual([
      'backup/before-apply',
      'backup/after-apply',
    ]);
  });

  it('works through the same manager, whichever answered first', () => {
    const shape = { managers: 3 };
    const change = { site: siteOf(shape), facts: factsFor(shape, three) };
    const through = (manager: string) => planOf({ ...change, standing: { ...standingOf(shape), through: manager } });
    expect(through('ks-3').steps).toEqual(through('ks-1').steps);
  });

  it('takes one of five away only when it has given its pool and its volumes, and looks at the votes after it', () => {
    const shape = { managers: 5 };
    const site = { ...siteOf(shape), nodes: siteOf(shape).nodes.slice(0, 4) };
    const names = [...three, 'ks-4', 'ks-5'];
    const copies = Object.fromEntries(names.map((name) => [name, true]));
    const locals = { 'data-kafka-0': 'ks-1', 'data-kafka-1': 'ks-5' };
    const change = { site, facts: factsFor(shape, names), standing: standingOf({ ...shape, copies, locals }) };
    const kinds = ['cstor-copies', 'cstor-pool-leave', 'drain', 'local-volumes', 'node-leave', 'voters'];
    expect(ids(change, ...kinds)).toEqual([
      'cstor-copies',
      'cstor-pool-leave@ks-5',
      'drain@ks-5',
      'local-volumes@ks-5',
      'node-leave@ks-5',
      'voters',
    ]);
  });

  it('removes the dead before anything joins, by its address, and reaches for it no more', () => {
    const shape = { managers: 4 };
    const site = { ...siteOf(shape), nodes: siteOf(shape).nodes.filter(({ name }) => name !== 'ks-3') };
    const facts = new Map([...factsFor(shape, three)].filter(([name]) => name !== 'ks-3'));
    const change = { site, facts, standing: standingOf({ managers: 3, lost: ['ks-3'] }) };
    const plan = planOf(change);
    const leave = plan.steps.find(({ id }) => id === 'node-leave@ks-3');
    expect(leave?.commands.map(({ name, node }) => `${name} on ${node}`)).toEqual([
      'remove-node on ks-1',
      'remove-member on ks-1',
    ]);
    expect(leave?.commands.at(-1)?.command).toContain('10.0.4.23');
    expect(plan.targets.map(({ node }) => node)).not.toContain('ks-3');
    const order = plan.steps.map(({ id }) => id);
    expect(order.indexOf('node-leave@ks-3')).toBeLessThan(order.indexOf('join-manager@ks-4'));
    expect(plan.steps.find(({ id }) => id === 'packages@ks-4')?.needs).toContain('node-leave@ks-3');
  });

  it('asks no node that leaves to be the one that the others join', () => {
    const shape = { managers: 4 };
    const site = { ...siteOf(shape), nodes: siteOf(shape).nodes.filter(({ name }) => name !== 'ks-1') };
    const change = { site, facts: factsFor(shape, three), standing: standingOf({ managers: 3 }) };
    const joins = planOf(change).steps.filter(({ kind }) => kind === 'join-manager');
    expect(joins.every(({ parameters }) => parameters['seed'] !== 'ks-1')).toBe(true);
  });

  it('refuses where every manager of the cluster would go', () => {
    const shape = { managers: 6 };
    const site = { ...siteOf(shape), nodes: siteOf(shape).nodes.slice(3) };
    const change = { site, facts: factsFor(shape, three), standing: standingOf({ managers: 3 }) };
    expect(() => planOf(change)).toThrow(/quorum|No manager/);
  });

  it('touches nothing of members where nothing comes or goes', () => {
    const shape = { managers: 3 };
    const change = { site: siteOf(shape), facts: factsFor(shape, three), standing: standingOf(shape) };
    expect(ids(change, 'backup', 'drain', 'node-leave', 'snap-refresh', 'packages')).toEqual([]);
  });
});
