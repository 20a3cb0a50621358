import { describe, expect, test } from 'vitest';
import { checks, findCheck } from '../../source/check/checks.ts';
import { runChecks } from '../../source/check/run.ts';
import { causes, worst } from '../../source/check/summary.ts';
import { loadProduct } from '../../source/product/load.ts';
import { selfSigned } from '../../source/tls/self-signed.ts';
import { GiB, healthyFacts, healthySite, healthyStorage, seenAtMs, withoutSections } from '../facts-fixtures.ts';
import { bundleCases } from './cases/bundle.ts';
import { fromKs1ToKs2, inputOf, onNode1, set, withShared } from './cases/case.ts';
import { conditionCases } from './cases/conditions.ts';
import { disksCases } from './cases/disks.ts';
import { identityCases } from './cases/identity.ts';
import { machineCases } from './cases/machine.ts';
import { networkCases } from './cases/network.ts';
import { ownStorageCases } from './cases/own-storage.ts';
import { reachCases } from './cases/reach.ts';
import { siteCases } from './cases/site.ts';
import { softwareCases } from './cases/software.ts';

const product = await loadProduct('kloudspot');

const cases = [
  ...machineCases,
  ...disksCases,
  ...softwareCases,
  ...ownStorageCases,
  ...conditionCases,
  ...networkCases,
  ...identityCases,
  ...reachCases,
  ...siteCases,
  ...bundleCases,
];

describe('each check says what is wrong', () => {
  test.each(cases.map((one) => [one.check, one.what, one] as const))('%s: %s', (id, _, one) => {
    const found = findCheck(id)?.judge(inputOf(one, product)) ?? [];
    const about = found.filter(({ nodes }) => nodes.join() === one.nodes.join());
    expect(about.map(({ grade, reason }) => [grade, reason])).toContainEqual([
      one.grade,
      expect.stringMatching(one.says),
    ]);
    if (one.advises) expect(about.map(({ advice }) => advice)).toContainEqual(expect.stringMatching(one.advises));
    for (const { grade, reason, seen, advice } of found) {
      expect(seen).not.toBe('');
      expect(`${reason}${advice ?? ''}`).not.toMatch(/\n|undefined/);
      if (grade === 'fail') expect(reason).toMatch(/[.:]/);
      if (grade !== 'pass') expect([id, reason, advice]).toEqual([id, reason, expect.stringMatching(/\w/)]);
    }
  });

  test('every check has a case that does not pass', () => {
    const cased = new Set(cases.filter(({ grade }) => grade !== 'pass').map(({ check }) => check));
    const without = checks.filter(({ id }) => !cased.has(id)).map(({ id }) => id);
    // What a set of features stores is a note, whatever it rests on.
    expect(without).toEqual(['feature-set']);
  });
});

test('a member whose other nodes were not seen may be all that is left of its cluster: it is not to leave', () => {
  const one = softwareCases.find(({ what }) => what === 'a member alone');
  if (one === undefined) throw new Error('no such case');
  const input = inputOf(one, product);
  const seen = new Map([...input.facts].filter(([node]) => node === 'ks-1'));
  const found = findCheck('microk8s')?.judge({ ...input, facts: seen }) ?? [];
  expect(found.find(({ nodes }) => nodes.join() === 'ks-1')).toMatchObject({ grade: 'pass' });
  expect(JSON.stringify(found)).not.toContain('microk8s leave');
});

test.each([
  [
    'root-size',
    set('storage', { ...healthyStorage(), root: { sizeBytes: 98 * GiB, freeBytes: GiB, device: '/dev/sda2' } }),
    /^98 GB$/,
    'about 100 GB or more',
  ],
  ['memory', set('memory', { totalBytes: 31.2 * GiB }), /^31.2 GB$/, 'about 32 GB or more'],
] as const)('%s that passes a little under the round number is not called that much', (check, facts, seen, wanted) => {
  const [finding] = findCheck(check)?.judge(inputOf({ facts: { 'ks-1': facts } }, product)) ?? [];
  expect(finding).toMatchObject({ grade: 'pass', seen: expect.stringMatching(seen), wanted });
});

test.each([
  ['zram', [{ path: '/dev/zram0', type: 'partition' }], /apt-get remove '~i~nzram'/, /fstab/],
  ['a partition', [{ path: '/dev/sda2', type: 'partition' }], /swapoff \/dev\/sda2.*fstab/, /zram/],
  ['a file', [{ path: '/swap.img', type: 'file' }], /swapoff \/swap\.img.*fstab/, /zram/],
  ['something that was not seen', [], /systemctl list-units --type=swap$/, /zram|fstab/],
] as const)('swap on %s: the advice fits', (_, swaps, fits, not) => {
  const facts = { 'ks-1': set('memory', { swapBytes: GiB, swaps }) };
  const [finding] = findCheck('swap')?.judge(inputOf({ facts }, product)) ?? [];
  expect(finding?.advice).toMatch(fits);
  expect(finding?.advice).not.toMatch(not);
});

test.each([
  ['/dev/mapper/ubuntu--vg-ubuntu--lv', /^lvextend -r -L 100G \/dev\/mapper/],
  ['/dev/sda2', /^Install \/ on a larger partition, .*\/dev\/sda2 is not one/],
])('/ on %s that is too small: the advice fits', (at, fits) => {
  const logical = {
    name: 'ubuntu-lv',
    volumeGroup: 'ubuntu-vg',
    uuid: 'a',
    sizeBytes: GiB,
    path: '/dev/ubuntu-vg/ubuntu-lv',
  };
  const root = { sizeBytes: 49 * GiB, freeBytes: GiB, device: at };
  const facts = { 'ks-1': set('storage', { ...healthyStorage(), root, logicalVolumes: [{ ...logical, tags: [] }] }) };
  const [finding] = findCheck('root-size')?.judge(inputOf({ facts }, product)) ?? [];
  expect(finding?.advice).toMatch(fits);
});

test.each([
  ['/srv', 'sudo umount /srv; sudo wipefs -a /dev/ubuntu-vg/shared, and remove its line from /etc/fstab'],
  ['[SWAP]', 'sudo swapoff /dev/ubuntu-vg/shared; sudo wipefs -a /dev/ubuntu-vg/shared, and remove'],
])('a volume for the pool that is in use as %s: it is released before it is emptied', (at, commands) => {
  const facts = onNode1('storage', withShared({ fsType: 'ext4', mountPoints: [at] }));
  const [finding] = findCheck('shared-volume')?.judge(inputOf({ facts }, product)) ?? [];
  expect(finding?.advice).toContain(commands);
});

describe('the command that opens a port between two nodes', () => {
  const dropping = [{ table: 'inet filter', chain: 'input', hook: 'input' as const }];
  test.each([
    ['ufw', { firewall: { ufw: true, dropping: [] } }, 'On ks-2: sudo ufw allow from 192.168.1.101'],
    ['firewalld', { active: ['firewalld'] }, /--add-source=192\.168\.1\.101/],
    [
      'nftables',
      { firewall: { ufw: false, dropping } },
      /nft insert rule inet filter input ip saddr 192\.168\.1\.101 accept/,
    ],
    ['nothing that was seen', {}, /on ks-2 and on ks-1 sudo nft list ruleset/],
  ])('%s', (_, services, expected) => {
    const evidence = fromKs1ToKs2({ ports: { 'tcp 16443': 'silent' } });
    const [finding] =
      findCheck('pair-ports')?.judge(inputOf({ evidence, facts: { 'ks-2': set('services', services) } }, product)) ??
      [];
    expect(finding?.advice).toMatch(expected);
  });
});

describe('a healthy site', () => {
  const findings = runChecks(inputOf({}, product));

  test('passes every check on every node, and is only warned of its own certificate', () => {
    expect(findings.filter(({ grade }) => grade !== 'pass').map(({ check }) => check)).toEqual(['tls-certificate']);
    for (const { id, about } of checks) {
      const nodes = findings.filter(({ check }) => check === id).flatMap((finding) => finding.nodes);
      expect([id, nodes]).toEqual([id, about === 'node' ? ['ks-1', 'ks-2', 'ks-3'] : []]);
    }
  });

  test('with a pair of files passes them too', async () => {
    const { key, certificate } = await selfSigned('spot.acme.eu', Date.now(), '192.168.1.200');
    const site = { tls: { mode: 'files', key: 'k', certificate: 'c' } } as const;
    const tls = { key: { text: key }, certificate: { text: certificate } };
    const found = runChecks(inputOf({ site, evidence: { tls, atMs: Date.now() } }, product));
    const pair = found.filter(({ check }) => check.startsWith('tls-'));
    expect(pair.filter(({ grade }) => grade === 'fail')).toEqual([]);
    expect(pair.find(({ check }) => check === 'tls-match')?.grade).toBe('pass');
    expect(pair.find(({ check }) => check === 'tls-name')?.grade).toBe('pass');
  });
});

test('a certificate that cannot be read is told once', () => {
  const tls = { key: { text: 'x' }, certificate: { problem: 'the file does not exist.' } };
  const site = { tls: { mode: 'files', key: '/k', certificate: '/c' } } as const;
  const told = causes(runChecks(inputOf({ site, evidence: { tls } }, product)));
  expect(told.filter(({ grade }) => grade !== 'pass').map(({ check }) => check)).toEqual(['tls-certificate']);
});

describe('what was not seen does not pass', () => {
  const sections = [
    'identity',
    'system',
    'cpu',
    'memory',
    'time',
    'network',
    'storage',
    'packages',
    'microk8s',
  ] as const;

  test.each(sections)('a node without the section %s', (section) => {
    const site = healthySite();
    const facts = new Map(site.nodes.map(({ name }) => [name, healthyFacts(name)]));
    facts.set('ks-2', withoutSections(healthyFacts('ks-2'), section));
    const findings = runChecks({ site, product, facts, evidence: { atMs: seenAtMs } });
    const unseen = findings.filter(({ seen }) => seen === 'not seen');
    expect(unseen.length).toBeGreaterThan(0);
    expect(unseen.every(({ grade }) => grade !== 'pass')).toBe(true);
    expect(findings.some(({ reason }) => /could not be judged/.test(reason))).toBe(false);
    expect(worst(findings.filter(({ nodes }) => nodes.includes('ks-2')))).not.toBe('pass');
  });

  test('no facts at all: every check still has its say, and access tells why', () => {
    const site = healthySite();
    const unreached = new Map([['ks-1', 'connection refused']]);
    const findings = runChecks({ site, product, facts: new Map(), evidence: { atMs: seenAtMs, unreached } });
    expect(new Set(findings.map(({ check }) => check))).toEqual(new Set(checks.map(({ id }) => id)));
    expect(findings[0]).toMatchObject({
      check: 'access',
      grade: 'fail',
      reason: expect.stringContaining('connection refused'),
    });
    expect(worst(findings)).toBe('fail');
  });
});

test('facts kept by address, before a node had its name, are found', () => {
  const site = healthySite();
  const facts = new Map(site.nodes.map(({ name, reach }) => [reach, healthyFacts(name)]));
  const cores = findCheck('cpu-cores')?.judge({ site, product, facts }) ?? [];
  expect(cores.map(({ grade }) => grade)).toEqual(['pass', 'pass', 'pass']);
});

test('checks have their words, and ids of their own', () => {
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  for (const { id, title, why, source } of checks) {
    expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(title.length).toBeLessThanOrEqual(28);
    expect([id, why.length > 40, source.length > 5]).toEqual([id, true, true]);
  }
});
