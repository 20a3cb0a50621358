import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withRun } from '../../source/app/observe-site.ts';
import { changedSite } from '../../source/app/set-values.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { openWorld } from '../../source/app/world.ts';
import { beginPlan } from '../../source/cli/apply/apply-site.ts';
import { processTerminal } from '../../source/cli/line/terminal.ts';
import { mayLoseData, whatStayed, whatStopDoes } from '../../source/cli/verbs/stop.ts';
import { Passwords } from '../../source/host/secrets.ts';
import type { Observation } from '../../source/status/observation.ts';
import { product, siteOf } from '../plan/sample.ts';
import { emptyReport } from '../status/empty-report.ts';
import { planOf } from '../ui/sample.ts';

const site = siteOf({ managers: 3 });

describe('update --set', () => {
  let file = '';
  beforeAll(async () => {
    file = join(await mkdtemp(join(tmpdir(), 'set-')), 'site.yaml');
    const { text } = await changedSite(site, file, []);
    await writeFile(file, text.replace('name: berlin', 'name: berlin # ours'));
  });
  afterAll(() => rm(join(file, '..'), { recursive: true }));

  test('changes the site as a whole and keeps the comments of its file', async () => {
    const changed = await changedSite(site, file, [
      'storage.volumes.kafka=4',
      'nodes.0.zone=rack-a',
      'features=[kloudhybrid]',
    ]);
    expect(changed.site.storage.volumes.kafka).toBe(4);
    expect(changed.site.nodes[0]?.zone).toBe('rack-a');
    expect(changed.site.features).toEqual(['kloudhybrid']);
    expect(changed.text).toContain('name: berlin # ours');
  });

  test('an empty value takes out what is there; for what is open already, and in values, it is none the worse', async () => {
    const text = (await readFile(file, 'utf8')).replace('name: berlin', 'x-rack: 7\nnamespace: shop\nname: berlin');
    await writeFile(file, text);
    const changed = await changedSite(site, file, ['x-rack=', 'namespace=', 'bundle=', 'values.kafka.extra=']);
    expect(changed.site.namespace).toBeUndefined();
    expect(changed.site.values).toEqual({ kafka: { extra: null } });
  });

  test.each([
    ['storage.volumes.kafka=big', /(?<!storage\.volumes\.kafka: )storage\.volumes\.kafka is /],
    ['foo=bar', /\. foo is not a known key/],
    // An empty value takes out what is there: a key that is misspelt was left as it is, in silence.
    ['foo=', /foo is not a known key; known here/],
    ['customer.refrence=', /customer\.refrence is not a known key; did you mean reference\?/],
    ['custmer.reference=', /custmer is not a known key; did you mean customer\?/],
    ['storage.volumes.kafak=', /storage\.volumes\.kafak is not set/],
    ['x-floor=', /x-floor is not set/],
    // No verb could read the site any more.
    ['storage.volumes.kafak=5', /no volume "kafak"; did you mean kafka\?/],
    ['features=[kloudhybird]', /no feature "kloudhybird"; did you mean kloudhybrid\?/],
    ['network.virtualAddress=10.0.4', /network\.virtualAddress/],
    ['kafka', /is not PATH=VALUE/],
  ])('%s is refused with the field, and nothing is written', async (text, words) => {
    const before = await readFile(file, 'utf8');
    const fault = await changedSite(site, file, [text]).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(
      String(fault instanceof Error ? `${fault.message} ${'why' in fault ? String(fault.why) : ''}` : fault),
    ).toMatch(words);
    expect(fault).toMatchObject({ next: [expect.stringMatching(/\w/)] });
    expect(await readFile(file, 'utf8')).toBe(before);
  });
});

describe('stop says what goes, and proves what stayed', () => {
  const claim = {
    metadata: {
      name: 'data-kafka-0',
      namespace: '',
      labels: {},
      annotations: {},
      generation: 0,
      creationTimestamp: '',
    },
    spec: { storageClassName: 'kloudspot-lvm', resources: { requests: { storage: '2Gi' } }, volumeName: '' },
    status: { phase: 'Bound' },
  };
  const seen: Observation = {
    at: 0,
    reached: [],
    machines: [],
    through: 'ks-1',
    silent: [],
    nodes: [],
    members: [],
    workloads: [{ name: 'kafka', namespace: 'kloudspot', kind: 'StatefulSet', wanted: 3, ready: 3, complete: true }],
    pods: [],
    claims: [claim],
    release: {
      name: 'kloudspot',
      namespace: 'kloudspot',
      revision: 7,
      status: 'deployed',
      chart: 'kloudspot-0.1.0',
      updated: '',
    },
    releaseAsked: true,
    givenAddresses: ['10.0.4.30'],
    addressHolder: undefined,
    pools: undefined,
    values: undefined,
    addressSince: undefined,
    ingressCertificate: undefined,
  };

  test('before', () => {
    const text = whatStopDoes(site, product, seen).join('\n');
    expect(text).toContain('release kloudspot, revision 7: kafka (3)');
    expect(text).toContain('1 volume with its data');
    expect(text).toContain('the virtual address 10.0.4.30');
  });

  const helms = { 'meta.helm.sh/release-name': 'kloudspot' };
  test.each([
    ["Helm's own", { annotations: helms }, true],
    ["Helm's own, of another release", { annotations: { 'meta.helm.sh/release-name': 'other' } }, false],
    ["Helm's own that is kept", { annotations: { ...helms, 'helm.sh/resource-policy': 'keep' } }, false],
    ['one that its stateful set takes along', { ownerReferences: [{ kind: 'StatefulSet', name: 'kafka' }] }, true],
    ['one that stays when its stateful set goes', {}, false],
  ])('a volume of %s: it is said where it goes, and then the name is wanted', (_, metadata, lost) => {
    const with_ = { ...seen, claims: [{ ...claim, metadata: { ...claim.metadata, ...metadata } }] };
    expect(mayLoseData(with_)).toBe(lost);
    const text = whatStopDoes(site, product, with_).join('\n');
    expect(text.includes('volume data-kafka-0 AND ALL DATA in it')).toBe(lost);
    expect(text.includes('1 volume with its data')).toBe(!lost);
  });

  test('where the volumes were not seen the name is wanted, and without a release it is not', () => {
    expect(mayLoseData({ ...seen, claims: undefined })).toBe(true);
    expect(mayLoseData({ ...seen, claims: undefined, release: undefined })).toBe(false);
  });

  test('after: what is really there', () => {
    const gone = { ...seen, workloads: [], release: undefined };
    expect(whatStayed(site, product, gone).join('\n')).toMatch(
      /Kloudspot is no longer running\.[\s\S]*data-kafka-0, 2Gi, kloudspot-lvm/,
    );
    expect(whatStayed(site, product, seen).join('\n')).toContain('Still there: release kloudspot, kafka');
    expect(whatStayed(site, product, { ...gone, givenAddresses: [] }).join('\n')).toContain('NO LONGER assigned');
  });
});

test.each([
  [undefined, 'ok', undefined],
  ['failed', 'ok', 'kloudspot resume'],
  ['failed', 'degraded', 'kloudspot resume'],
  ['running', 'ok', 'kloudspot attach'],
  ['rolled-back', 'ok', 'kloudspot attach'],
] as const)('with a run that is %s, a site that is %s: next %s', (run, verdict, next) => {
  expect(withRun({ ...emptyReport, verdict }, run).next).toBe(next);
});

test('a change that was rolled back is said after what is wrong now, whose advice comes first', () => {
  const lost = { ...emptyReport, reasons: ['ks-3 does not answer.'], next: 'kloudspot node replace ks-3' };
  expect(withRun(lost, 'rolled-back')).toMatchObject({
    reasons: ['ks-3 does not answer.', 'The last change did not become ready and was rolled back.'],
    next: 'kloudspot node replace ks-3',
  });
});

test('the files of a run stay untouched until the operator has agreed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agreed-'));
  const settings = settingsFrom({ root: folder, json: true });
  const passwords = new Passwords();
  const world = await openWorld({ files: settings.files, passwords, rehearsal: undefined });
  const terminal = { ...processTerminal(), interactive: false };
  const documents = [{ path: join(folder, 'site.yaml'), content: 'after', mode: 0o644 }];
  const begun = beginPlan(planOf(site), { passwords, world }, settings, terminal, { verb: 'update', documents });
  await expect(begun).rejects.toMatchObject({ exitCode: 6 });
  expect(await readdir(folder)).toEqual([]);
  await world.close();
  await rm(folder, { recursive: true });
});
