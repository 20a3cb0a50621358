import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { preflightSchema } from '../../source/cli/text/preflight-schema.ts';
import { planMachineId } from '../../source/plan/steps/own-identity.ts';
import { exampleIsKept, odd, takenIsNotInvalid } from '../network/example-properties.ts';
import { examplesBelow, generatorOf } from '../network/generated.ts';
import { machines, onlyTheAddressChanges } from '../network/machines.ts';
import { carryThrough } from '../plan/fake-world.ts';
import * as lab from './lab.ts';
import { at } from './place.ts';
import { fromLaptop, ran } from './program.ts';
import { writeProduct, writeSite } from './site.ts';
import { realWorld } from './step-world.ts';

let root: string;
let site: string;
const first = 'ks-1';
const second = 'ks-2';

/** A staging rack of two machines; the second has a lease, and both are clones of one disk. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  const each = { 2: { netplan: 'dhcp' } } as const;
  await lab.up({ nodes: 2, upgrade: false, provisioner: false, volumeGroup: 'ubuntu-vg', disk: '100G', each });
  const product = await writeProduct(join(root, 'site'));
  const nodes = [
    { n: 1, name: first },
    { n: 2, name: second, role: 'worker', moveTo: 77 },
  ] as const;
  site = await writeSite({ folder: join(root, 'site'), product, nodes, deploy: 'later', reboot: 'never' });
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

const flags = () => ['--site', site, '--accept-new-host-keys'];

async function preflight() {
  const { stdout, stderr } = await ran(fromLaptop(root, 'preflight', ...flags(), '--json'));
  expect(stdout, stderr).not.toBe('');
  const { findings } = preflightSchema.parse(JSON.parse(stdout));
  return (check: string) => findings.filter((finding) => finding.check === check && finding.grade !== 'pass');
}

const machineId = async (n: number) => (await lab.onNode(n, 'cat /etc/machine-id')).stdout.trim();
const addresses = async (n: number) =>
  (await lab.onNode(n, 'ip -4 -o address show dev eth0')).stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `${/inet (\S+)/.exec(line)?.[1]}${/ dynamic\b/.test(line) ? ' dynamic' : ''}`);

it("the nodes' own netplan, newer than this machine's: of its examples and of our cases only the wanted address changes", () => {
  const generate = generatorOf(at('root')) ?? expect.fail('no netplan in the root of the nodes');
  const examples = new Map([...examplesBelow('/'), ...examplesBelow(at('root'))]);
  for (const [name, text] of examples) exampleIsKept(generate, name, text);
  for (const text of Object.values(odd)) takenIsNotInvalid(generate, text);
  for (const machine of Object.values(machines)) onlyTheAddressChanges(generate, machine);
  const taken = [...examples.values()].filter((text) => generate('50-cloud-init.yaml', text) !== undefined);
  expect(taken.length).toBeGreaterThan(20);
});

it('a firewall between two nodes, a taken address and a clone are found and named; MaxSessions 2 is enough', async () => {
  await lab.onNode(2, `echo ${await machineId(1)} >/etc/machine-id`);
  await lab.onNode(1, 'echo MaxSessions 2 >/etc/ssh/sshd_config.d/00-few.conf && systemctl restart ssh');
  const rules = `table inet guard {
    chain input { type filter hook input priority 0; policy drop; iif lo accept; ct state established,related accept; ip saddr 10.78.0.1 accept; }
  }`;
  const { code, stderr } = await lab.onNode(2, 'nft -f -', rules);
  onTestFinished(async () => void (await lab.onNode(2, 'nft delete table inet guard')));
  expect(code, stderr).toBe(0);
  await lab.inHub(['ip', 'address', 'add', '10.78.0.77/32', 'dev', 'br0']);
  const mac = /link\/ether (\S+)/.exec((await lab.inHub(['ip', 'link', 'show', 'br0'])).stdout)?.[1] ?? '?';

  const found = await preflight();
  expect(found('access')).toEqual([]);
  expect(found('facts-complete')).toEqual([]);
  expect(found('gateway-answers')).toEqual([]);
  const [closed] = found('pair-ports');
  expect(closed).toMatchObject({ grade: 'fail' });
  expect(closed?.nodes.toSorted()).toEqual([first, second]);
  const command = /sudo (nft insert rule inet guard input ip saddr [^;]+ accept)/.exec(closed?.advice ?? '')?.[1];
  expect(command, closed?.advice).toBeDefined();
  const [taken] = found('addresses-free');
  expect(taken).toMatchObject({ grade: 'fail', nodes: [second] });
  expect(taken?.reason).toContain(`in use by a machine with MAC ${mac}`);
  expect(found('unique-machine-id')).toHaveLength(1);

  // What was printed is what helps.
  expect((await lab.onNode(2, command ?? 'false')).code).toBe(0);
  await lab.inHub(['ip', 'address', 'del', '10.78.0.77/32', 'dev', 'br0']);
  const after = await preflight();
  expect(after('pair-ports')).toEqual([]);
  expect(after('addresses-free')).toEqual([]);
});

it('a clone gets a machine-id of its own by the step of the plan, and preflight has nothing against it any more', async () => {
  const value = randomBytes(16).toString('hex');
  const { context } = realWorld((...words) => lab.onNode(2, ...words));
  await expect(carryThrough(context, planMachineId({ node: second, value }))).resolves.toMatchObject({
    before: { ok: false },
    again: { ok: true, observed: value },
  });
  expect((await preflight())('unique-machine-id')).toEqual([]);
  expect(await machineId(2)).toBe(value);
});

const move = (network: string) => [
  `--address=ks-1=${network}.0.11/16,ks-2=${network}.0.77/16`,
  ...[`network.virtualAddress=${network}.0.200`, `nodes.0.network.gateway=${network}.0.1`].flatMap((set) => [
    '--set',
    set,
  ]),
  ...['--set', `nodes.1.network.gateway=${network}.0.1`],
];
const bothAre = async (network: string) =>
  expect([await addresses(1), await addresses(2)]).toEqual([[`${network}.0.11/16`], [`${network}.0.77/16`]]);
const relocated = async (...words: readonly string[]) => {
  const { code, stdout, stderr } = await ran(fromLaptop(root, 'relocate', ...words, ...flags(), '--yes'));
  expect(code, stdout + stderr).toBe(0);
};

it('all nodes move to another network, from a lease too', async () => {
  await lab.inHub(['ip', 'address', 'add', '10.79.0.1/16', 'dev', 'br0']);
  await relocated(...move('10.79'));
  await bothAre('10.79');
  expect((await readFile(site, 'utf8')).match(/reach: .*/g)).toEqual(['reach: 10.79.0.11', 'reach: 10.79.0.77']);
});

it("back at the next boot: nothing changes before it; after it all have their addresses, their hosts' names and what they are", async () => {
  const own = await machineId(2);
  await relocated(...move('10.78'), '--at-next-boot');
  await bothAre('10.79');
  await Promise.all([1, 2].map(lab.off));
  await Promise.all([1, 2].map(lab.on));
  await bothAre('10.78');
  expect((await lab.onNode(2, 'getent hosts ks-1')).stdout).toMatch(/^10\.78\.0\.11\s/);
  expect(await machineId(2)).toBe(own);
  const { stdout } = await lab.onNode(1, 'hostname; systemctl list-unit-files --no-legend "kloudspot-network-*"');
  expect(stdout.trim()).toBe((await lab.onNode(1, 'cat /etc/hostname')).stdout.trim());
});
