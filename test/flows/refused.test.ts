import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { verbs } from '../../source/cli/verb-table.ts';
import { setPower } from './power.ts';
import { launcher, Rehearsal } from './program.ts';

/** What the operator typed, the exit code, and what the program answers: what is wrong, why, and the next command. */
type Row = readonly [words: string, code: number, ...told: readonly RegExp[]];

/** On a cluster of three managers that is whole. */
const whole: readonly Row[] = [
  ['node remove ks-9', 2, /berlin has no node ks-9\./, /Nodes: ks-1, ks-2, ks-3/],
  ['node remove ks-3', 3, /does not run on 2 managers, 0 workers; it runs on: One node, Three managers/],
  ['node add ks-4', 2, /The address of ks-4 is missing\./, /--reach 10\.0\.4\.24/],
  ['node add ks-3 --reach 10.0.4.24', 2, /berlin already has a node ks-3\./, /kloudspot node replace ks-3/],
  [
    'node replace ks-3',
    6,
    /ks-3 is a working member of the cluster/,
    /--with NEW --reach ADDRESS/,
    /microk8s leave on ks-3/,
  ],
  ['node replace ks-9 --with ks-4 --reach 10.0.4.24', 2, /berlin has no node ks-9\./],
  ['drill ks-9', 2, /The cluster has no node ks-9\./, /Nodes: ks-1, ks-2, ks-3/],
  ['restore', 2, /No backups on this machine\./, /kloudspot backup/],
  ['restore nonsense', 2, /Unknown backup nonsense\./],
  [
    'certificates renew --ca',
    6,
    /The CA is not renewed in place on 3 nodes\./,
    /refresh-certs --cert ca\.crt/,
    /kloudspot apply/,
  ],
  ['update --set storage.volumes.kafka=1', 2, /Kafka distributed messaging cannot shrink from 2Gi to 1Gi/],
  [
    'update --set values.volumes.kafka.storageClass=other',
    2,
    /StatefulSet kloudspot-kafka: spec\.volumeClaimTemplates cannot be changed/,
  ],
  ['update --set nosuchkey=1', 2, /nosuchkey/],
  ['storage grow nosuchvolume 5', 2, /nosuchvolume/],
  ['resume', 2, /No run to resume\./, /The last run, \S+, is done\./, /kloudspot apply/],
  ['undo', 6, /This removes data for good\./, /Nothing was changed\./, /--confirm-data-loss berlin/],
  ['explain nosuch', 2, /Unknown check nosuch\./, /kloudspot explain/],
  ['init --site nosuch.yaml', 2, /nosuch\.yaml cannot be read\./, /The file does not exist\./, /--site FILE/],
  ['support --hours x', 2, /--hours x is not a whole number above 0\./, /--hours 12/],
];

/** Of a node that does not answer each verb says the same. */
const lost = [
  /^ *ks-3 does not answer on 10\.0\.4\.23\./m,
  /Do: Check that the machine is up, .*`kloudspot status [^`]*`.*`kloudspot node replace ks-3 --with NEW --reach ADDRESS/,
];

/** With one manager without power for two minutes. */
const oneLost: readonly Row[] = [
  ['drill ks-1', 6, /ks-3 is lost already\./, /A drill needs a healthy cluster\./],
  ['node remove ks-2', 3, /ks-3/],
  ['node replace ks-3', 3, /ks-3/],
  ['rebalance', 0, /spread evenly/],
  ['plan', 3, ...lost, /Nothing was changed\./],
  ['apply', 3, ...lost, /Nothing was changed\./],
  ['preflight', 3, ...lost],
  ['node add ks-4 --reach 10.0.4.24', 3, ...lost, /^ *ks-4 does not answer/m, /Nothing was changed\./],
];

/** With two of three without power: the datastore answers nothing. */
const quorumLost: readonly Row[] = [
  ...['start', 'update', 'stop', 'backup', 'rebalance', 'drill ks-1', 'certificates renew'].map(
    // Another machine in the place of a lost one would be refused as well.
    (words): Row => [
      words,
      4,
      /No manager of the cluster answers\./,
      /kloudspot status/,
      /Nothing was changed\./,
      /^(?!.*node replace)/s,
    ],
  ),
  [
    'status --exit-code',
    11,
    /needs most of its members, and ks-2, ks-3 cannot be reached/,
    /Next: Bring ks-2 or ks-3 back/,
  ],
];

async function built(...off: readonly string[]): Promise<Rehearsal> {
  const rehearsal = await Rehearsal.built();
  for (const node of off) await setPower(rehearsal, node, false);
  return rehearsal;
}

/** Verbs without a row, each with the reason. */
const withoutRow: Readonly<Record<string, string>> = {
  attach: 'it shows a run and changes nothing; its refusals are in its own tests',
  bundle: 'it needs no site; what it refuses is in bundle.test.ts beside this',
  completion: 'it asks neither site nor machine',
  history: 'without a run it says so, and ends with 0',
  relocate: 'refused below, on a cluster that is there already',
  report: 'refused below, on a cluster that is there already',
};

it('every verb has a row, or a reason for none', () => {
  const rows = new Set([...whole, ...oneLost, ...quorumLost].map(([words]) => words.split(' ')[0]));
  const shown = Object.entries(verbs).flatMap(([name, { hidden }]) => (hidden ? [] : [name.split(' ')[0] ?? name]));
  expect(new Set(shown.filter((name) => !rows.has(name)))).toEqual(new Set(Object.keys(withoutRow)));
});

describe('what cannot be done is refused in words that lead on, and begins no run', () => {
  it.each([
    ['on a cluster that is whole', [], whole],
    ['with one manager lost', ['ks-3'], oneLost],
    ['without a quorum', ['ks-2', 'ks-3'], quorumLost],
  ])('%s', async (_, off, rows) => {
    const rehearsal = await built(...off);
    const runs = await rehearsal.runs();
    const heard: unknown[] = [];
    for (const [words, , ...told] of rows) {
      const [verb = '', rest = ''] = /^((?:node|certificates|storage) \S+|\S+) ?(.*)$/.exec(words)?.slice(1) ?? [];
      const yes = verb === 'status' ? [] : ['--yes'];
      const { code, stdout, stderr } = await rehearsal.run(verb, ...rest.split(' ').filter(Boolean), ...yes);
      const text = stdout + stderr;
      heard.push([words, code, ...told.filter((each) => !each.test(text)).map((each) => `${each} in: ${text}`)]);
    }
    expect(heard).toEqual(rows.map(([words, code]) => [words, code]));
    expect(await rehearsal.runs()).toEqual(runs);
  });
});

it('a verb that goes on without a lost node says the same of it before it asks', async () => {
  const rehearsal = await built('ks-3');
  for (const verb of ['start', 'update', 'stop', 'backup', 'certificates renew']) {
    const { code, stdout } = await rehearsal.run(verb);
    expect([verb, code, ...lost.filter((each) => !each.test(stdout))], stdout).toEqual([verb, 6]);
  }
});

it('a plan that was saved before a node was lost is not begun', async () => {
  const rehearsal = await Rehearsal.built();
  const file = join(rehearsal.root, 'plan.json');
  await rehearsal.run('plan', '--save', file);
  await setPower(rehearsal, 'ks-3', false);
  const { code, stdout } = await rehearsal.run('apply', '--plan', file, '--yes');
  expect([code, ...lost.filter((each) => !each.test(stdout))], stdout).toEqual([3]);
  expect(await rehearsal.runs()).toHaveLength(1);
});

/** A site on a cluster that is there already. */
const outside = stringify({
  version: 1,
  name: 'acme',
  cluster: { kubeconfig: '/etc/acme.yaml' },
  storage: { shared: { engine: 'existing', storageClass: 'fast' }, unshared: { storageClass: 'local' } },
  customer: { dnsName: 'spot.acme.eu', reference: 'acme' },
});

it.each([
  'preflight',
  'plan',
  'apply',
  'backup',
  'backup --list',
  'certificates',
  'certificates renew',
  'drill ks-1',
  'node add ks-4 --reach 10.0.4.24',
  'node remove ks-1',
  'node replace ks-1',
  'rebalance',
  'relocate',
  'report',
  'restore',
  'storage list',
  'storage estimate',
])('%s is refused on a cluster that is there already, and names no node', async (words) => {
  const rehearsal = await Rehearsal.begin();
  const site = join(rehearsal.root, 'site.yaml');
  await writeFile(site, outside);
  const flags = ['--site', site, '--root', rehearsal.path(), ...(words === 'report' ? [] : ['--yes'])];
  const { exitCode, stdout, stderr } = await execa(launcher, [...words.split(' '), ...flags], { reject: false });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/its nodes are not part of the site\.[\s\S]*Nothing was changed\.[\s\S]*kloudspot status/);
});

it.each(['start', 'update', 'stop'])(
  '%s on a cluster that is there already says what is missing, and nothing of managers',
  async (verb) => {
    const rehearsal = await Rehearsal.begin();
    const site = join(rehearsal.root, 'site.yaml');
    await writeFile(site, outside);
    const flags = ['--site', site, '--root', rehearsal.path(), '--yes'];
    const { exitCode, stdout, stderr } = await execa(launcher, [verb, ...flags], { reject: false });
    expect([exitCode, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(
      /^✗ The cluster that this site is on cannot be used\.\n {2}where: \/etc\/acme\.yaml\n {2}why: {3}\S/,
    );
    expect(stderr).not.toMatch(/manager|MicroK8s|kloudspot apply/);
  },
);

it('status of a cluster that is there already and does not answer says nothing of managers', async () => {
  const rehearsal = await Rehearsal.begin();
  const site = join(rehearsal.root, 'site.yaml');
  await writeFile(site, outside);
  const { stdout } = await execa(launcher, ['status', '--site', site, '--root', rehearsal.path()], { reject: false });
  expect(stdout).toMatch(/acme is DOWN .*\n {2}The API of the cluster does not answer\.\n/);
  expect(stdout).toContain('Next: kubectl --kubeconfig /etc/acme.yaml get --raw /readyz?verbose');
});
