import { expect, test } from 'vitest';
import { folders, microk8sFiles } from '../../source/microk8s/node.ts';
import { judgeDraft } from '../../source/site/load.ts';
import { siteText } from '../../source/site/save.ts';
import { selfSigned } from '../../source/tls/self-signed.ts';
import { inState } from '../conformance/states.ts';
import { type Answers, carryThrough, fakeWorld, textOf } from '../plan/fake-world.ts';
import { cluster, factsOf, makePlan, product, siteOf, stepsOf } from '../plan/sample.ts';
import { standingOf } from '../plan/standing/a-cluster.ts';
import { onMachines } from './steps.ts';

const shape = { managers: 3, workers: 1 };
const oidc = { issuer: 'https://login.acme.eu/realms/acme', clientId: 'spot', groups: { view: ['auditors'] } };
const site = siteOf(shape, { cluster: { rbac: true, oidc } });
const plan = makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now: new Date(0) });
const step = stepsOf(plan)('api-server@ks-1');
const bindings = stepsOf(plan)('group-bindings');
const path = `${microk8sFiles.arguments}/kube-apiserver`;

test('each manager has its step, one after the other once all have joined, and groups come last', () => {
  const ids = plan.steps.map(({ id }) => id).filter((id) => /^(join|api-server|group|addon-dns)/.test(id));
  expect(ids.slice(-5)).toEqual([
    'addon-dns',
    'api-server@ks-1',
    'api-server@ks-2',
    'api-server@ks-3',
    'group-bindings',
  ]);
  expect(stepsOf(plan)('api-server@ks-2').needs).toEqual(['api-server@ks-1']);
  const [set] = step.commands;
  expect(set?.stdin).toBe(
    '--authorization-mode=RBAC,Node\n--oidc-issuer-url=https://login.acme.eu/realms/acme\n--oidc-client-id=spot\n--oidc-username-claim=sub\n--oidc-username-prefix=oidc:\n--oidc-groups-claim=groups\n--oidc-groups-prefix=oidc:\n--oidc-ca-file\n',
  );
  expect(bindings.commands[0]?.stdin).toContain('name: oidc:auditors');
});

test('a site without it has none of these steps', () => {
  const plain = makePlan({ purpose: 'init', site: siteOf(shape), product, facts: factsOf(shape), now: new Date(0) });
  expect(plain.steps.filter(({ group }) => group === 'API servers')).toEqual([]);
});

/** The plan for these keys on the cluster that was built with RBAC and the login. */
const planFor = (wanted: typeof site) =>
  makePlan({
    purpose: 'init',
    site: wanted,
    product,
    facts: factsOf(shape, () => cluster()),
    cluster: { ...standingOf(shape), site: siteText(site) },
    now: new Date(0),
  });

test('a login that site.yaml has no more is taken away, and the rights of its groups', async () => {
  const { world } = await inState('plain', '1.34');
  const machines = await onMachines(site, product, world);
  await machines.act(step);
  await machines.act(bindings);
  const later = stepsOf(planFor(siteOf(shape, { cluster: { rbac: true } })));
  expect(await machines.state(later('api-server@ks-1'))).toEqual({
    ok: false,
    observed: 'its API server still has --oidc-issuer-url',
  });
  expect(await machines.act(later('api-server@ks-1'))).toEqual({
    ok: true,
    observed: 'its API server enforces RBAC',
  });
  const text = await (await world.host('ks-1')).readFile(path);
  expect(text).toContain('--authorization-mode=RBAC,Node');
  expect(text).not.toContain('oidc');
  expect(await machines.state(later('group-bindings'))).toEqual({
    ok: false,
    observed: 'view is still bound to groups',
  });
  expect(await machines.act(later('group-bindings'))).toMatchObject({ ok: true });
  await machines.undo(later('group-bindings'));
  expect(await machines.state(bindings)).toEqual({ ok: true, observed: 'view: oidc:auditors' });
});

test('the certificate of a login that site.yaml has no more goes with it, and undo restores it', async () => {
  const { world } = await inState('plain', '1.34');
  const machines = await onMachines(site, product, world);
  const certificateAuthority = (await selfSigned('login.acme.eu', Date.UTC(2026, 0, 1))).certificate.trimEnd();
  const before = siteOf(shape, { cluster: { rbac: true, oidc: { ...oidc, certificateAuthority } } });
  const init = { purpose: 'init', product, now: new Date(0) } as const;
  await machines.act(stepsOf(makePlan({ ...init, site: before, facts: factsOf(shape) }))('api-server@ks-1'));
  const later = stepsOf(
    makePlan({
      ...init,
      site,
      facts: factsOf(shape, () => cluster()),
      cluster: { ...standingOf(shape), site: siteText(before) },
    }),
  )('api-server@ks-1');
  const authority = `${folders.data}/certs/kloudspot-oidc.crt`;
  const read = async () => (await world.host('ks-1')).readFile(authority);
  const written = await read();
  expect(written).toBeDefined();
  expect(await machines.act(later)).toMatchObject({ ok: true });
  expect(await read()).toBeUndefined();
  await (await world.host('ks-1')).writeFile({ path: authority, content: 'left', mode: 0o644 });
  expect(await machines.state(later)).toEqual({ ok: false, observed: `${authority} still exists` });
  await machines.undo(later);
  expect(await read()).toBe(written);
});

test('RBAC that site.yaml has no more is taken away by a dangerous step, and only where the last run asked for it', async () => {
  const { world } = await inState('plain', '1.34');
  const machines = await onMachines(site, product, world);
  await machines.act(step);
  const open = stepsOf(planFor(siteOf(shape)))('api-server@ks-1');
  expect(open).toMatchObject({ risk: 'dangerous', title: 'Disable RBAC on the API server of ks-1' });
  expect(await machines.state(open)).toMatchObject({ ok: false });
  expect(await machines.act(open)).toEqual({ ok: true, observed: 'its API server authorizes every request' });
  const never = makePlan({
    purpose: 'init',
    site: siteOf(shape),
    product,
    facts: factsOf(shape, () => cluster()),
    cluster: { ...standingOf(shape), site: siteText(siteOf(shape)) },
    now: new Date(0),
  });
  expect(never.steps.filter(({ group }) => group === 'API servers')).toEqual([]);
});

test.each([
  [{ oidc }, 'rbac: true goes with oidc'],
  [{ rbac: true, oidc: { ...oidc, issuer: 'http://login.acme.eu' } }, 'https://'],
  [{ rbac: true, oidc: { ...oidc, clientId: 'a b' } }, 'one word'],
  [{ rbac: true, oidc: { ...oidc, certificateAuthority: 'none' } }, 'PEM'],
])('%j is refused', (cluster, said) => {
  const judged = judgeDraft(JSON.parse(JSON.stringify({ ...siteOf(shape), cluster })));
  expect(JSON.stringify('findings' in judged && judged.findings)).toContain(said);
});

test('the API server enforces RBAC once it has restarted, groups get their roles, and undo opens it again', async () => {
  const { world } = await inState('plain', '1.34');
  const machines = await onMachines(site, product, world);
  expect(await machines.state(step)).toEqual({
    ok: false,
    observed: 'its API server has --authorization-mode=AlwaysAllow',
  });
  expect(await machines.act(step)).toEqual({ ok: true, observed: 'its API server enforces RBAC' });
  expect(await machines.state(bindings)).toEqual({ ok: false, observed: 'view is bound to no group' });
  expect(await machines.act(bindings)).toEqual({ ok: true, observed: 'view: oidc:auditors' });
  await machines.undo(bindings);
  expect(await machines.state(bindings)).toMatchObject({ ok: false });
  await machines.undo(step);
  expect(await machines.state(step)).toMatchObject({ ok: false });
  expect(await (await world.host('ks-1')).readFile(path)).toContain('--authorization-mode=AlwaysAllow');
});

test('rbac that MicroK8s left half enabled is completed by a restart', async () => {
  const { world } = await inState('agent down, rbac failed, node removed', '1.34');
  const only = siteOf(shape, { cluster: { rbac: true } });
  const facts = factsOf(shape);
  const half = stepsOf(makePlan({ purpose: 'init', site: only, product, facts, now: new Date(0) }))('api-server@ks-1');
  const machines = await onMachines(only, product, world);
  expect(await machines.state(half)).toEqual({
    ok: false,
    observed: 'its API server has not been restarted since its arguments were written',
  });
  expect(await machines.act(half)).toMatchObject({ ok: true });
});

test('an API server that does not start with its arguments gets those of before, and serves again', async () => {
  const before = '--authorization-mode=AlwaysAllow\n--other=1\n';
  const answers: Answers = {
    'api-server-since': 'since yes',
    authorization: ({ ran }) => (ran('snap restart') > 0 ? 'told AlwaysAllow\nopen yes\n' : 'told RBAC,Node\nopen \n'),
  };
  const [set] = step.commands;
  const world: ReturnType<typeof fakeWorld> = fakeWorld({
    site,
    product,
    answers: {
      ...answers,
      'set-api-arguments': () => {
        world.written.set(path, set?.stdin ?? '');
        return '';
      },
    },
    files: { [path]: before },
  });
  await expect(carryThrough(world.context, step)).rejects.toMatchObject({
    seen: expect.stringContaining('it runs with its previous arguments again'),
  });
  expect(world.written.get(path)).toBe(before);
  expect(world.ran.map(({ command }) => textOf(command))).toEqual([
    'set-api-arguments',
    'snap restart microk8s.daemon-kubelite',
  ]);
});

test('what was reviewed is what runs', async () => {
  const answers: Answers = {
    'api-server-since': ({ ran }) => (ran('set-api') > 0 ? 'since yes' : 'since no'),
    authorization: 'told RBAC,Node\nopen no\n',
  };
  const world = fakeWorld({ site, product, answers, files: { [path]: step.commands[0]?.stdin ?? '' } });
  const { before, after } = await carryThrough(world.context, step);
  expect([before.ok, after.ok]).toEqual([false, true]);
});
