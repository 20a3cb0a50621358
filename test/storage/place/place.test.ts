import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactNodes } from '../../../source/storage/place/exact.ts';
import type { Assignment, PlaceNode, PlaceVolume } from '../../../source/storage/place/model.ts';
import { place } from '../../../source/storage/place/place.ts';

const space = (name: string, freeBytes: number, extentBytes = 0) => ({ name, freeBytes, extentBytes });

function volume(id: string, bytes: number, more: Partial<PlaceVolume> = {}): PlaceVolume {
  return { id, class: 'unshared', bytes, replicas: 1, apart: true, component: id, ...more };
}

/** Nodes with one to three groups, and a pool on some. */
const nodesArbitrary = (most: number) =>
  fc
    .array(
      fc.record({
        groups: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3 }),
        pool: fc.option(fc.integer({ min: 0, max: 12 })),
        extent: fc.constantFrom(0, 2),
      }),
      { minLength: 1, maxLength: most },
    )
    .map((rows) =>
      rows.map(
        ({ groups, pool, extent }, index): PlaceNode => ({
          name: `n${index}`,
          groups: groups.map((free, at) => space(`vg${at}`, free, extent)),
          ...(pool === null ? {} : { pool: space('pool', pool) }),
        }),
      ),
    );

const volumesArbitrary = fc
  .array(
    fc.record({
      bytes: fc.integer({ min: 1, max: 9 }),
      shared: fc.boolean(),
      replicas: fc.integer({ min: 1, max: 3 }),
      apart: fc.boolean(),
      component: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 3 },
  )
  .map((rows) =>
    rows.map(({ bytes, shared, replicas, apart, component }, index) => {
      // Volumes of one component have as many copies as it has instances.
      const [first = rows[index]] = rows.filter((row) => row.component === component);
      const same = { replicas: first?.replicas ?? replicas, apart: first?.apart ?? apart };
      return volume(`v${index}`, bytes, { class: shared ? 'shared' : 'unshared', component, ...same });
    }),
  );

const size = (bytes: number, extent: number) => (extent ? Math.ceil(bytes / extent) * extent : bytes);

/** Each copy in each space of each node, without any shortcut. */
function bruteForce(nodes: readonly PlaceNode[], volumes: readonly PlaceVolume[]): boolean {
  const copies = volumes.flatMap((each) => Array.from({ length: each.replicas }, (_, copy) => ({ each, copy })));
  const free = new Map<string, number>();
  for (const { name, groups, pool } of nodes)
    for (const each of [...groups, ...(pool ? [pool] : [])]) free.set(`${name}/${each.name}`, each.freeBytes);
  const on = new Map<string, string>();
  const allowed = (node: string, { each, copy }: (typeof copies)[number]): boolean => {
    const mate = volumes.find(
      (other) =>
        other !== each &&
        other.component === each.component &&
        other.class === each.class &&
        on.has(`${other.id}#${copy}`),
    );
    if (mate && on.get(`${mate.id}#${copy}`) !== node) return false;
    return !each.apart || ![...Array(copy).keys()].some((before) => on.get(`${each.id}#${before}`) === node);
  };
  const from = (index: number): boolean => {
    const next = copies[index];
    if (!next) return true;
    const key = `${next.each.id}#${next.copy}`;
    for (const node of nodes) {
      if (!allowed(node.name, next)) continue;
      const spaces = next.each.class === 'shared' ? (node.pool ? [node.pool] : []) : node.groups;
      for (const each of spaces) {
        const at = `${node.name}/${each.name}`;
        const left = (free.get(at) ?? 0) - size(next.each.bytes, each.extentBytes);
        if (left < 0) continue;
        const before = free.get(at) ?? 0;
        free.set(at, left);
        on.set(key, node.name);
        if (from(index + 1)) return true;
        free.set(at, before);
        on.delete(key);
      }
    }
    return false;
  };
  return from(0);
}

/** That an answer is one: nothing over-full, copies apart, volumes of one instance together, every copy placed. */
function expectValid(nodes: readonly PlaceNode[], volumes: readonly PlaceVolume[], assignments: readonly Assignment[]) {
  for (const each of volumes) {
    const on = assignments.filter((one) => one.volume === each.id).map(({ node }) => node);
    expect(on).toHaveLength(each.replicas);
    if (each.apart) expect(new Set(on).size).toBe(each.replicas);
    const mates = volumes.filter((other) => other.component === each.component && other.class === each.class);
    for (const mate of mates)
      expect(assignments.filter((one) => one.volume === mate.id).map(({ node }) => node)).toEqual(on);
  }
  for (const { name, groups, pool } of nodes)
    for (const each of [...groups, ...(pool ? [pool] : [])]) {
      const inside = assignments.filter((one) => one.node === name && one.space === each.name);
      const bytes = (id: string) => size(volumes.find((one) => one.id === id)?.bytes ?? 0, each.extentBytes);
      expect(inside.reduce((sum, one) => sum + bytes(one.volume), 0)).toBeLessThanOrEqual(Math.max(0, each.freeBytes));
    }
}

test('exactly: says that it fits when and only when trying everything finds a way', () => {
  fc.assert(
    fc.property(nodesArbitrary(4), volumesArbitrary, (nodes, volumes) => {
      const answer = place({ mode: 'exact', nodes, volumes });
      const possible = bruteForce(nodes, volumes);
      expect(answer.verdict).toMatch(possible ? /^(ok|tight)$/ : /^short$/);
      if (possible) expectValid(nodes, volumes, answer.assignments);
    }),
    { numRuns: 1000 },
  );
});

test('strictly: a node is ok when and only when one of each volume fits on it, whole in one group', () => {
  fc.assert(
    fc.property(nodesArbitrary(3), volumesArbitrary, (nodes, volumes) => {
      const pooled = nodes.map((node) => ({ ...node, pool: node.pool ?? space('pool', 5) }));
      const answer = place({ mode: 'strict', nodes: pooled, volumes });
      for (const node of pooled) {
        const possible = bruteForce(
          [node],
          volumes.map((each) => ({ ...each, replicas: 1 })),
        );
        expect(answer.shortfalls.some((each) => each.node === node.name)).toBe(!possible);
      }
    }),
    { numRuns: 1000 },
  );
});

test('the deficit that is named is the least that helps: with it the node fits, with one byte less it does not', () => {
  fc.assert(
    fc.property(nodesArbitrary(1), volumesArbitrary, ([node], volumes) => {
      const local = volumes.map((each) => ({ ...each, class: 'unshared' as const }));
      if (!node) return;
      const grown = (bytes: number): boolean =>
        node.groups.some((group) => {
          const groups = node.groups.map((each) =>
            each === group ? { ...each, freeBytes: each.freeBytes + bytes } : each,
          );
          return place({ mode: 'strict', nodes: [{ ...node, groups }], volumes: local }).shortfalls.length === 0;
        });
      for (const { deficitBytes } of place({ mode: 'strict', nodes: [node], volumes: local }).shortfalls) {
        expect(grown(deficitBytes)).toBe(true);
        expect(grown(deficitBytes - 1 - (node.groups[0]?.extentBytes ?? 0))).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

test('30, 30 and 60 lie on two groups of 60, where the freest group first would fail', () => {
  const nodes = [{ name: 'n1', groups: [space('a', 60), space('b', 60)] }];
  const volumes = [volume('x', 30), volume('y', 30), volume('z', 60)];
  expect(place({ mode: 'strict', nodes, volumes }).verdict).toBe('tight');
});

test('unlike nodes: strictly the smallest is short, exactly each copy has a node', () => {
  const nodes = [90, 90, 90, 10].map((free, index) => ({ name: `n${index + 1}`, groups: [space('vg', free)] }));
  const volumes = [volume('database', 40, { replicas: 3 }), volume('queue', 20, { replicas: 3 })];
  const strict = place({ mode: 'strict', nodes, volumes });
  expect(strict.verdict).toBe('short');
  expect(strict.shortfalls).toEqual([
    { node: 'n4', class: 'unshared', space: 'vg', needBytes: 60, haveBytes: 10, deficitBytes: 50, misfit: 'database' },
  ]);
  expect(place({ mode: 'exact', nodes, volumes }).verdict).toBe('ok');
});

test('with more nodes than are searched exactly it says "not found", never "short"', () => {
  const nodes = Array.from({ length: exactNodes + 1 }, (_, index) => ({
    name: `n${index}`,
    groups: [space('vg', 10)],
  }));
  expect(place({ mode: 'exact', nodes, volumes: [volume('big', 11)] }).verdict).toBe('not-found');
  expect(place({ mode: 'exact', nodes: nodes.slice(1), volumes: [volume('big', 11)] }).verdict).toBe('short');
});

test.each(['strict', 'exact'] as const)(
  '%s: 1 000 nodes and 20 volumes take under a second of the processor, linearly',
  (mode) => {
    const volumes = Array.from({ length: 20 }, (_, index) => volume(`v${index}`, 1 + index, { replicas: 1000 }));
    const nodes = (count: number): PlaceNode[] =>
      Array.from({ length: count }, (_, index) => ({ name: `n${index}`, groups: [space('a', 150), space('b', 150)] }));
    const before = process.threadCpuUsage();
    const answer = place({ mode, nodes: nodes(1000), volumes });
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
    expect(['ok', 'tight']).toContain(answer.verdict);
    expect(answer.assignments).toHaveLength(20_000);
    // Twice the nodes, twice the looks.
    const half = place({ mode, nodes: nodes(500), volumes: volumes.map((each) => ({ ...each, replicas: 500 })) });
    expect(answer.tries).toBe(2 * half.tries);
  },
);
