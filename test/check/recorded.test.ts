import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runChecks } from '../../source/check/run.ts';
import type { NodeFacts } from '../../source/facts/facts.ts';
import { type FactPart, readFacts } from '../../source/facts/parts.ts';
import { probeText, readSections } from '../../source/facts/probe.ts';
import type { SectionOutput } from '../../source/facts/section.ts';
import { loadProduct } from '../../source/product/load.ts';
import type { Finding } from '../../source/site/finding.ts';
import { blankDisks, diskRows } from '../../source/storage/disks.ts';
import { ubuntu } from '../facts/recorded/ubuntu.ts';
import { healthyFacts, healthySite, seenAtMs, withoutSections } from '../facts-fixtures.ts';
import { healthyPairs, healthyReach } from './cases/case.ts';

/*
 * What tools print on machines of a kind that people met, read as a node's answer is read. A file is the output of one section
 * (`.out`, `.err`, `.code`); `@I@` in it is the number of the node.
 */

const product = await loadProduct('kloudspot');
const site = healthySite();

/** The parts that these sections make up; all other parts are those of a healthy node. */
const partsOf: Readonly<Record<string, readonly FactPart[]>> = {
  addresses: ['network'],
  routes: ['network'],
  'resolved-conf': ['network'],
  lsblk: ['storage'],
  pvs: ['storage'],
  vgs: ['storage'],
  lvs: ['storage'],
  meminfo: ['memory'],
  swaps: ['memory'],
  'snap-microk8s': ['packages', 'microk8s'],
};

function recorded(
  kind: string,
  number: number,
): { readonly sections: Record<string, SectionOutput>; parts: FactPart[] } {
  const folder = join(import.meta.dirname, 'recorded', kind);
  const text = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').replaceAll('@I@', String(number)) : '';
  const names = [...new Set(readdirSync(folder).map((file) => file.replace(/\.\w+$/, '')))];
  return {
    parts: names.flatMap((name) => partsOf[name] ?? []),
    sections: Object.fromEntries(
      names.map((name) => [
        name,
        { stdout: text(`${name}.out`), stderr: text(`${name}.err`), code: Number(text(`${name}.code`)) },
      ]),
    ),
  };
}

function factsOf(kind: string, node: string, number: number): NodeFacts {
  const { sections, parts } = recorded(kind, number);
  // Identities that the input says nothing about are each node's own.
  const own = Object.fromEntries(
    (['vgs', 'pvs', 'lvs'] as const).map((name) => [
      name,
      { ...ubuntu[name], stdout: (ubuntu[name]?.stdout ?? '').replaceAll('uuid-of-', `uuid-${number}-of-`), code: 0 },
    ]),
  );
  const listeners = { stdout: '', code: 0 };
  const disks = sections['lsblk'] ?? ubuntu.lsblk;
  const lsblk = {
    code: 0,
    ...disks,
    stdout: (disks?.stdout ?? '').replaceAll(/("wwn": *"[^"]+)"/g, `$1${number}"`),
  };
  const all = { ...ubuntu, ...own, listeners, ...sections, lsblk };
  const read = readFacts(readSections(probeText(all)), seenAtMs, seenAtMs);
  const healthy = Object.entries(healthyFacts(node)).filter(([part]) => !parts.some((other) => other === part));
  const changed = Object.entries(read).filter(([part]) => parts.some((other) => other === part));
  const problems = Object.fromEntries(
    Object.entries(read.problems).filter(([part]) => parts.some((own) => own === part)),
  );
  const unread = parts.filter((part) => read[part] === undefined);
  const whole = { ...healthyFacts(node), ...Object.fromEntries([...healthy, ...changed]), problems };
  return { ...withoutSections(whole, ...unread), problems };
}

const seen = (kind: string) => new Map(site.nodes.map(({ name }, at) => [name, factsOf(kind, name, at + 1)]));

/** What does not pass, of the first node and of several; the certificate of a test site is warned of. */
function found(kind: string): Finding[] {
  const evidence = {
    atMs: seenAtMs,
    pairs: healthyPairs(site),
    reach: healthyReach(site),
    addresses: new Map([['192.168.1.200', new Map([['ks-1', { state: 'free' as const }]])]]),
  };
  return runChecks({ site, product, facts: seen(kind), evidence }).filter(
    ({ grade, check, nodes }) => grade !== 'pass' && check !== 'tls-certificate' && (nodes[0] ?? 'ks-1') === 'ks-1',
  );
}

const said = (findings: readonly Finding[]) => findings.map(({ grade, check }) => `${grade} ${check}`);

test.each([
  ['tunnels', [], /^$/],
  [
    'two-groups-of-one-name',
    ['fail volume-groups', 'fail storage'],
    /Two volume groups are called ubuntu-vg.*vgrename UUID/,
  ],
  ['behind-a-raid-controller', ['warn ssd'], /controller \(PERC H755 Front\) hides/],
  ['same-wwn', [], /^$/],
  ['usb-and-cards', [], /^$/],
  ['usb-beside-a-full-group', ['fail storage'], /Put in a disk of \d+ GB or more/],
  ['multipath', ['warn ssd'], /the array \(fc, MSA 2060 FC\) hides/],
  ['snapd-not-seeded', ['fail snapd'], /not yet seeded.*Wait for them.*snap wait system seed\.loaded/],
  ['snapd-down', ['fail snapd'], /connection refused.*systemctl restart snapd/],
  ['broken-snap', ['fail microk8s'], /broken: snapd cannot mount it.*snap remove --purge microk8s/],
  ['ipv6-only', ['fail default-route'], /no IPv4 address and no IPv4 route.*Give the node an IPv4 address/],
  ['zram', ['warn swap'], /It is zram: sudo apt-get remove '~i~nzram'/],
  ['luks-raid-zfs', ['warn lvm-disk'], /894\.2 GB of 931 GB, as server SSDs of its class do/],
])('%s: %j', (kind, expected, says) => {
  const findings = found(kind);
  const causes = findings.filter(({ follows }) => follows === undefined);
  expect(said(causes)).toEqual(expected);
  expect(causes.map(({ reason, advice }) => `${reason} ${advice}`).join(' ')).toMatch(says);
  for (const { check, advice } of findings) expect([check, advice]).toEqual([check, expect.stringMatching(/\w/)]);
});

test('advice names a command only where the reason does', () => {
  const named = found('ipv6-only').filter(({ advice }) => advice?.startsWith('Run the command that is named'));
  expect(named.filter(({ reason }) => !reason.includes('could not be read'))).toEqual([]);
});

describe('what could carry a pool', () => {
  const rows = (kind: string) => {
    const storage = seen(kind).get('ks-1')?.storage ?? expect.fail('no storage');
    expect(blankDisks(storage)).toEqual([]);
    return Object.fromEntries(diskRows(storage).map(({ device, why }) => [device.name, why]));
  };

  test('two disks of one WWN and different serial numbers: the words are true', () => {
    expect(rows('same-wwn')).toMatchObject({
      nvme0n1: 'same WWN as /dev/nvme1n1',
      nvme1n1: 'same WWN as /dev/nvme0n1',
    });
  });

  test('what comes and goes is not blank, whatever the kernel says of removable', () => {
    expect(rows('usb-and-cards')).toMatchObject({
      sdb: 'attached by USB',
      mmcblk0: 'a memory card',
      zd0: 'a ZFS volume',
      pmem0: 'persistent memory',
      sdc: 'removable',
    });
  });

  test('a USB disk is never advised for a full group', () => {
    expect(
      found('usb-beside-a-full-group')
        .map(({ advice }) => advice)
        .join(),
    ).not.toMatch(/sdb|mmcblk|Portable/);
  });

  test('paths, arrays, ZFS and encryption are said as what they are', () => {
    expect(rows('multipath')).toMatchObject({ sdc: 'part of a multipath device', mpathb: 'a multipath device' });
    expect(rows('luks-raid-zfs')).toMatchObject({
      md0: 'a software RAID (RAID 1)',
      sdd: 'belongs to ZFS or an old storage pool',
      'dm_crypt-0': 'in Volume Group ubuntu-vg',
    });
  });
});
