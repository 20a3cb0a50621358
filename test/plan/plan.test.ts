import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan, PlanPurpose } from '../../source/plan/document/document.ts';
import { parsePlan } from '../../source/plan/document/document-schema.ts';
import { planHash } from '../../source/plan/document/hash.ts';
import { stepKinds } from '../../source/plan/kinds.ts';
import type { PlannedStep } from '../../source/plan/step.ts';
import type { Site } from '../../source/site/schema.ts';
import { cluster, factsOf, makePlan, product, type Shape, siteOf } from './sample.ts';

const now = new Date('2026-11-21T08:00:00Z');
const initial = (shape: Shape, changes: Record<string, unknown> = {}) =>
  makePlan({ purpose: 'init', site: siteOf(shape, changes), product, facts: factsOf(shape), now });
const living = (purpose: PlanPurpose, site: Site, shape: Shape) =>
  makePlan({ purpose, site, product, facts: factsOf(shape, () => cluster()), now });

const kindsOf = ({ steps }: Plan) => [...new Set(steps.map(({ kind }) => kind))];
const ofKind = ({ steps }: Plan, kind: string) => steps.filter((step) => step.kind === kind);
const nodesOf = (plan: Plan, kind: string) => ofKind(plan, kind).map(({ node }) => node);

/** Whether `later` waits for `earlier`, directly or not. */
function waitsFor({ steps }: Plan, later: string, earlier: string): boolean {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const reaches = (id: string): boolean => id === earlier || (byId.get(id)?.needs ?? []).some(reaches);
  return reaches(later);
}

test('a failure that the operator accepts is in the plan and in its hash', () => {
  const failed = {
    check: 'cpu-cores',
    grade: 'warn',
    nodes: ['ks-1'],
    seen: '4',
    reason: 'ks-1 has 4 cores.',
  } as const;
  const shape = { managers: 1 };
  const input = { purpose: 'init', site: siteOf(shape), product, facts: factsOf(shape), now } as const;
  const plan = makePlan({ ...input, findings: [{ ...failed, accepted: true }] });
  expect(plan.accepted).toEqual([{ check: 'cpu-cores', nodes: ['ks-1'], reason: 'ks-1 has 4 cores.' }]);
  const without = makePlan({ ...input, findings: [failed] });
  expect(without).not.toHaveProperty('accepted');
  expect(plan.hash).not.toBe(without.hash);
  expect(parsePlan(JSON.stringify(plan), stepKinds, 'plan.json')).toEqual(plan);
});

test.each([
  ['an escape sequence', 'Clear\u001b[2J', undefined],
  ['a backspace', 'Clear\b', undefined],
  ['a delete', 'Clear\u007f', undefined],
  ['a sign that reorders', 'Clear\u202e', undefined],
  ['the same, escaped', 'Clear\u202e', '\\u202e'],
])('a plan whose titles hold %s is refused; a file may hold it', (_, title, escaped) => {
  const plan = initial({ managers: 1 });
  const read = (change: Partial<PlannedStep>) => {
    const text = JSON.stringify({ ...plan, steps: plan.steps.map((step) => ({ ...step, ...change })) });
    return () => parsePlan(escaped ? text.replaceAll('\u202e', escaped) : text, stepKinds, 'plan.json');
  };
  expect(read({ title })).toThrow('This plan cannot be carried out.');
  expect(read({ files: [{ node: 'ks-1', path: '/etc/issue', content: title, mode: 0o644 }] })).not.toThrow();
});

test('a plan that is read back is refused for a step that is in it twice, a need that no step meets, and a ring of needs', () => {
  const plan = initial({ managers: 1 });
  const [first, second, ...rest] = plan.steps;
  if (!first || !second) throw new Error('The plan has too few steps.');
  const read = (steps: readonly PlannedStep[]) => () =>
    parsePlan(JSON.stringify({ ...plan, steps }), stepKinds, 'plan.json');
  const why = (words: string) => expect.objectContaining({ why: expect.stringContaining(words) });
  expect(read([first, second, ...rest, first])).toThrow(why(`${first.id}: is in the plan twice`));
  expect(read([{ ...first, needs: ['nothing'] }, second, ...rest])).toThrow(why(`${first.id}: needs nothing, which`));
  const ring = read([{ ...first, needs: [second.id] }, { ...second, needs: [first.id] }, ...rest]);
  expect(ring).toThrow(why(`these steps wait for each other: ${first.id}, ${second.id}`));
});

describe('topologies', () => {
  test('one node: no join, one server for names, one pool', () => {
    const plan = initial({ managers: 1 });
    expect(kindsOf(plan)).not.toContain('join-manager');
    expect(kindsOf(plan)).not.toContain('join-worker');
    expect(ofKind(plan, 'addon-dns')[0]?.commands.map(({ name }) => name)).toEqual([
      'enable',
      'set-dns@ks-1',
      'restart@ks-1',
    ]);
    expect(ofKind(plan, 'cstor-pool')[0]?.parameters.pools).toEqual([
      { node: 'ks-1', group: 'ubuntu-vg', volume: 'shared' },
    ]);
  });

  test('a second network: MetalLB answers there by its interfaces alone, for the virtual address too', () => {
    const workload = { range: '10.20.0.0/24', interface: 'eno2', addresses: { syslog: '10.20.0.50' } };
    const text = (virtualAddress: string) => {
      const network = { virtualAddress, gateway: '10.0.4.1', nameservers: ['10.0.4.1'], workload };
      const { commands } = ofKind(initial({ managers: 3 }, { network }), 'addon-metallb')[0] ?? { commands: [] };
      return commands.map(({ stdin }) => stdin ?? '').join('');
    };
    const inside = text('10.20.0.40');
    expect(inside).toMatch(/addresses:\n\s+- 10\.20\.0\.50\/32\n\s+autoAssign: false/);
    expect(inside.match(/interfaces:\n\s+- eno2/g)).toHaveLength(2);
    expect(text('10.0.4.30').match(/interfaces:\n\s+- eno2/g)).toHaveLength(1);
  });

  test('what has no need of each other runs side by side, and the release waits for all of it', () => {
    const plan = initial({ managers: 3 });
    const lines = [
      ['addon-ingress', 'addon-metallb', 'ingress-service'],
      ['storage-engine/lvm', 'storage-class/unshared'],
      ['storage-engine/cstor', 'cstor-pool', 'storage-class/shared'],
      ['namespace', 'tls-secret'],
    ];
    const ids = new Set(plan.steps.map(({ id }) => id));
    for (const [index, line] of lines.entries()) {
      const others = lines.filter((_, other) => other !== index).flat();
      for (const step of line) {
        expect(ids).toContain(step);
        expect(waitsFor(plan, step, 'addon-dns')).toBe(true);
        expect(waitsFor(plan, 'helm-install', step)).toBe(true);
        expect(others.filter((other) => waitsFor(plan, step, other))).toEqual([]);
      }
    }
    expect(waitsFor(plan, 'addon-metallb', 'addon-ingress')).toBe(false);
    expect(waitsFor(plan, 'ingress-service', 'addon-ingress')).toBe(true);
    expect(waitsFor(plan, 'ingress-service', 'addon-metallb')).toBe(true);
  });

  test('the product is judged on the first node as soon as it has Helm, before another joins; with a cluster there preflight asks', () => {
    const plan = initial({ managers: 3 });
    expect(waitsFor(plan, 'release-check@ks-1', 'microk8s-install@ks-1')).toBe(true);
    expect(waitsFor(plan, 'release-check@ks-1', 'chart')).toBe(true);
    expect(waitsFor(plan, 'release-check@ks-1', 'microk8s-install@ks-2')).toBe(false);
    expect(waitsFor(plan, 'join-manager@ks-2', 'release-check@ks-1')).toBe(true);
    expect(ofKind(initial({ managers: 3 }, { deploy: 'later' }), 'release-check')).toEqual([]);
  });

  test('three managers and two workers: managers join one after the other, workers side by side after them', () => {
    const plan = initial({ managers: 3, workers: 2 });
    expect(nodesOf(plan, 'join-manager')).toEqual(['ks-2', 'ks-3']);
    expect(nodesOf(plan, 'join-worker')).toEqual(['kw-1', 'kw-2']);
    expect(waitsFor(plan, 'join-manager@ks-3', 'join-manager@ks-2')).toBe(true);
    expect(waitsFor(plan, 'join-worker@kw-1', 'join-manager@ks-3')).toBe(true);
    expect(waitsFor(plan, 'join-worker@kw-2', 'join-worker@kw-1')).toBe(false);
    expect(waitsFor(plan, 'addon-dns', 'join-worker@kw-1')).toBe(true);
    expect(waitsFor(plan, 'addon-dns', 'join-worker@kw-2')).toBe(true);
  });

  test('a join waits for its own node and the seed, never for a node that comes later', () => {
    const plan = initial({ managers: 3, workers: 2 });
    for (const [later, join] of [
      ['ks-3', 'join-manager@ks-2'],
      ['kw-1', 'join-manager@ks-3'],
      ['kw-2', 'join-worker@kw-1'],
    ] as const) {
      expect(waitsFor(plan, join, 'microk8s-install@ks-1')).toBe(true);
      expect(waitsFor(plan, join, `microk8s-install@${join.slice(-4)}`)).toBe(true);
      expect(plan.steps.filter(({ id, node }) => node === later && waitsFor(plan, join, id))).toEqual([]);
    }
  });

  test('the voters are looked at beside workers, names and storage; the release waits for them', () => {
    const plan = initial({ managers: 3, workers: 1 });
    expect(waitsFor(plan, 'voters', 'join-manager@ks-3')).toBe(true);
    for (const step of ['join-worker@kw-1', 'addon-dns', 'addon-ingress', 'storage-engine/cstor'])
      expect(waitsFor(plan, step, 'voters')).toBe(false);
    expect(waitsFor(plan, 'helm-install', 'voters')).toBe(true);
  });

  test('the pool and its logical volumes lie on managers', () => {
    const plan = initial({ managers: 3, workers: 1 });
    expect(nodesOf(plan, 'shared-volume')).toEqual(['ks-1', 'ks-2', 'ks-3']);
    expect(ofKind(plan, 'storage-class')[1]?.parameters.settings).toMatchObject({ replicaCount: '3' });
  });

  test('MicroK8s is fetched beside the packages of its node, before anything restarts it', () => {
    const plan = initial({ managers: 3 });
    expect(plan.steps.find(({ id }) => id === 'snap-download@ks-2')).toMatchObject({ beside: true, risk: 'none' });
    expect(waitsFor(plan, 'snap-download@ks-2', 'packages@ks-2')).toBe(false);
    expect(waitsFor(plan, 'packages@ks-2', 'snap-download@ks-2')).toBe(false);
    for (const next of ['reboot@ks-2', 'hostname@ks-2', 'microk8s-install@ks-2'])
      expect(waitsFor(plan, next, 'snap-download@ks-2')).toBe(true);
    expect(nodesOf(initial({ managers: 3 }, { system: { reboot: 'never' } }), 'snap-download')).toHaveLength(3);
  });

  test('nothing is fetched where snapd knows the way alone, or MicroK8s is there', () => {
    const network = {
      proxy: { http: 'http://proxy.example.org:3128' },
      gateway: '10.0.4.1',
      nameservers: ['10.0.4.1'],
    };
    const behindProxy = initial({ managers: 1 }, { network });
    const there = makePlan({
      purpose: 'init',
      site: siteOf({ managers: 1 }),
      product,
      facts: factsOf({ managers: 1 }, () => cluster()),
      now,
    });
    for (const plan of [behindProxy, there]) {
      expect(nodesOf(plan, 'snap-download')).toEqual([]);
      expect(ofKind(plan, 'microk8s-install')[0]?.commands.map(({ name }) => name)).not.toContain('ack/microk8s');
    }
  });

  test('machines go side by side', () => {
    const plan = initial({ managers: 3 });
    expect(waitsFor(plan, 'microk8s-install@ks-2', 'microk8s-install@ks-1')).toBe(false);
    expect(waitsFor(plan, 'network@ks-2', 'network@ks-1')).toBe(true);
  });
});

describe('the workstation', () => {
  const plan = initial({ managers: 3, local: 'ks-1' });

  test('restarts last of all, and nothing is under way on other nodes then', () => {
    for (const other of ['ks-2', 'ks-3']) {
      expect(waitsFor(plan, 'reboot@ks-1', `reboot@${other}`)).toBe(true);
      expect(waitsFor(plan, `hostname@${other}`, 'reboot@ks-1')).toBe(true);
    }
    expect(plan.steps.find(({ id }) => id === 'reboot@ks-1')?.files[0]?.path).toMatch(/kloudspot-resume\.service$/);
    expect(plan.steps.find(({ id }) => id === 'reboot@ks-2')?.files).toEqual([]);
  });

  test('changes its address last of all', () => {
    for (const other of ['ks-2', 'ks-3']) {
      expect(waitsFor(plan, 'network@ks-1', `network@${other}`)).toBe(true);
      expect(waitsFor(plan, `microk8s-install@${other}`, 'network@ks-1')).toBe(true);
    }
  });

  test('is reached without SSH', () => {
    expect(plan.targets[0]).toMatchObject({ node: 'ks-1', local: true });
    expect(plan.targets[1]).toMatchObject({ addresses: ['10.0.4.82', '10.0.4.22'] });
  });
});

describe('choices', () => {
  test('no restart, DHCP kept, deployed later, a storage class of the operator', () => {
    const site = siteOf({ managers: 3 });
    const nodes = site.nodes.map((node) => ({ ...node, network: { mode: 'dhcp' } }));
    const plan = initial(
      { managers: 3 },
      {
        nodes,
        deploy: 'later',
        system: { reboot: 'never', updatePackages: false },
        storage: { shared: { engine: 'existing', storageClass: 'longhorn' } },
      },
    );
    for (const kind of ['reboot', 'network', 'shared-volume', 'cstor-pool', 'helm-install', 'rollout', 'namespace']) {
      expect(kindsOf(plan)).not.toContain(kind);
    }
    expect(ofKind(plan, 'packages')[0]?.commands.map(({ command }) => command)).not.toContainEqual(
      expect.arrayContaining(['upgrade']),
    );
    expect(ofKind(plan, 'storage-engine').map(({ id }) => id)).toEqual(['storage-engine/lvm']);
  });

  test('from 1.35 the service of Traefik gets the address', () => {
    const plan = initial({ managers: 1 }, { cluster: { channel: '1.35/stable' } });
    expect(ofKind(plan, 'ingress-service')[0]?.commands[0]?.command).toContain('patch');
  });

  test('without a virtual address there is no MetalLB', () => {
    const plan = initial({ managers: 1 }, { network: { gateway: '10.0.4.1' } });
    expect(kindsOf(plan)).not.toContain('addon-metallb');
  });
});

describe('a second run', () => {
  const shape = { managers: 3 };

  test('the seed is whichever manager is in the cluster already', () => {
    const facts = factsOf(shape, (node) => (node === 'ks-2' ? cluster() : {}));
    const plan = makePlan({ purpose: 'init', site: siteOf(shape), product, facts, now });
    expect(nodesOf(plan, 'join-manager')).toEqual(['ks-1', 'ks-3']);
    expect(ofKind(plan, 'join-manager')[0]?.parameters.seed).toBe('ks-2');
  });

  test('the same input gives the same hash, another site another', () => {
    const first = initial(shape);
    expect(
      makePlan({ purpose: 'init', site: siteOf(shape), product, facts: factsOf(shape), now: new Date(0) }).hash,
    ).toBe(first.hash);
    expect(initial(shape, { deploy: 'later' }).hash).not.toBe(first.hash);
    expect(first.hash).toMatch(/^[0-9a-f]{12}$/);
  });

  test('the hash is that of the content as JSON with its keys in order, of a plan that was read back too', () => {
    const plan = initial({ managers: 5, workers: 20 });
    const { site, basis, steps } = plan;
    const text = JSON.stringify(inOrder({ site, basis, steps }));
    expect(text.length).toBeGreaterThan(100_000);
    expect(plan.hash).toBe(createHash('sha256').update(text).digest('hex').slice(0, 12));
    expect(planHash(parsePlan(JSON.stringify(plan), stepKinds, 'plan.json'))).toBe(plan.hash);
  });
});

/** No key of a plan is a whole number, which JavaScript would put first. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, inOrder(part)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

describe('the other purposes', () => {
  const shape = { managers: 3 };
  const site = siteOf(shape);

  test.each([
    ['start', ['namespace', 'tls-secret', 'values', 'chart', 'helm-install', 'rollout']],
    ['update', ['namespace', 'tls-secret', 'values', 'chart', 'helm-install', 'rollout']],
    ['stop', ['helm-uninstall']],
  ] as const)('%s', (purpose, kinds) => {
    expect(kindsOf(living(purpose, site, shape))).toEqual(kinds);
  });

  test('only an update rolls back', () => {
    const rollout = (purpose: PlanPurpose) => ofKind(living(purpose, site, shape), 'rollout')[0];
    expect(rollout('update')?.parameters.rollBack).toBe(true);
    expect(rollout('start')?.parameters.rollBack).toBe(false);
  });

  test('go through a living manager when another is gone', () => {
    const facts = factsOf(shape, () => cluster());
    facts.delete('ks-1');
    const plan = makePlan({ purpose: 'stop', site, product, facts, now });
    expect(plan.steps[0]?.parameters.seed).toBe('ks-2');
  });

  test('refuse where no manager runs MicroK8s', () => {
    expect(() => makePlan({ purpose: 'start', site, product, facts: factsOf(shape), now })).toThrow(/No manager/);
  });

  test.each([
    [{}, undefined],
    [{ chartVersion: '2.4.1' }, '2.4.1'],
    [{ chartVersion: '2.4.1', newestChart: true }, undefined],
  ])('the version of a chart that no one pins: %j', (input, version) => {
    const remote = siteOf(shape, { chart: { reference: 'oci://charts.example.org/kloudspot' } });
    const facts = factsOf(shape, () => cluster());
    const plan = makePlan({ purpose: 'update', site: remote, product, facts, now, ...input });
    const words = ofKind(plan, 'helm-install')[0]?.commands.at(-1)?.command;
    const at = Array.isArray(words) ? words.indexOf('--version') : -1;
    expect(Array.isArray(words) && at > 0 ? words[at + 1] : undefined).toBe(version);
  });
});

describe('laws of every plan', () => {
  const anyShape = fc.record({
    managers: fc.constantFrom(1, 3, 5),
    workers: fc.integer({ min: 0, max: 3 }),
    local: fc.constantFrom('', 'ks-1'),
  });
  const anyChoice = fc.record({
    deploy: fc.constantFrom('now', 'later'),
    features: fc.constantFrom([], ['kloudManage'], ['kloudhybrid'], ['kloudManage', 'kloudInsights', 'kloudhybrid']),
    system: fc.record({
      reboot: fc.constantFrom('when-needed', 'always', 'never'),
      updatePackages: fc.boolean(),
    }),
  });

  test('ids are unique, every need is a step before it, every kind is known, parameters and JSON survive', () => {
    fc.assert(
      fc.property(anyShape, anyChoice, (shape, choice) => {
        const plan = initial(shape, choice);
        const before = new Set<string>();
        for (const step of plan.steps) {
          for (const need of step.needs) expect(before).toContain(need);
          expect(before).not.toContain(step.id);
          before.add(step.id);
          expect(() => stepKinds.get(step.kind)?.parameters.parse(step.parameters)).not.toThrow();
          expect(stepKinds.has(step.kind)).toBe(true);
          expect(sane(step)).toEqual([]);
        }
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
      { numRuns: 25 },
    );
  });
});

/** What is wrong with a planned step. */
function sane(step: PlannedStep): string[] {
  const wrong: string[] = [];
  if (step.deadline < 30_000) wrong.push('too little time');
  if (step.commands.some(({ sudo }) => !sudo)) wrong.push('a command without root');
  if (step.files.some(({ path }) => !path.startsWith('/'))) wrong.push('a relative path');
  if (/PRIVATE KEY/.test(JSON.stringify(step))) wrong.push('a secret');
  return wrong;
}
