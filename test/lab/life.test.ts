import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProduct, untilReady } from './judge.ts';
import * as lab from './lab.ts';
import { fromLaptop, ran } from './program.ts';
import { virtualAddress, writeProduct, writeSite } from './site.ts';

const names = ['ks-1', 'ks-2', 'ks-3'] as const;
const namespace = ['-n', 'kloudspot'];
let root: string;
let site: string;

/** Three managers with the whole product. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: 3, volumeGroup: 'ubuntu-vg', disk: '100G', upgrade: false });
  const product = await writeProduct(join(root, 'site'));
  const nodes = names.map((name, index) => ({ n: index + 1, name }));
  site = await writeSite({ folder: join(root, 'site'), product, nodes });
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

const flags = () => ['--site', site, '--yes', '--accept-new-host-keys'];
async function done(verb: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ran(fromLaptop(root, verb, ...flags(), ...words));
  expect(code, stdout.slice(-3_000) + stderr).toBe(0);
  return stdout;
}
const status = async () => JSON.parse((await ran(fromLaptop(root, 'status', '--site', site, '--json'))).stdout);
const verdict = async () => (await status()).verdict;
const claims = async () =>
  (await lab.objects('pvc', ...namespace))
    .map(({ metadata, spec }) => `${metadata.name} ${spec.volumeName}`)
    .toSorted();
/** Five minutes until the pods of a lost node move, and then some on a busy machine. */
const patience = { timeout: 780_000, interval: 3_000 };

describe('the life of a cluster', () => {
  it('begins whole', async () => {
    await done('init');
    await expectProduct(1);
    await expect.poll(verdict, patience).toBe('ok');
  });

  it('a node is lost until its parts have moved; status tells them by kind; all heals, and rebalance spreads them again', async () => {
    const ofWeb = async () =>
      (await lab.objects('pods', ...namespace))
        .filter(({ metadata }) => metadata.name.startsWith('kloudspot-web-'))
        .map(({ spec }) => spec.nodeName);
    expect((await ofWeb()).toSorted()).toEqual(names);
    await lab.off(3);
    const kinds = async () => {
      const { verdict: now, components } = await status();
      const of = (name: string) => components.find((part: { name: string }) => part.name === name);
      return { now, web: of('kloudspot-web')?.state, kafka: of('kloudspot-kafka')?.state };
    };
    await expect.poll(kinds, patience).toEqual({ now: 'degraded', web: 'moved', kafka: 'degraded' });
    await lab.on(3);
    await untilReady(3);
    await expect.poll(verdict, patience).toBe('ok');
    await done('rebalance');
    const uneven = (await status()).components.filter((part: { uneven: boolean }) => part.uneven);
    expect(uneven).toEqual([]);
  });

  it('certificates of the API servers that have ended are named and renewed without any API; all heals', async () => {
    const folder = '/var/snap/microk8s/current/certs';
    const dates = '-not_before 20250101000000Z -not_after 20260101000000Z';
    const ended = `openssl x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial ${dates} -out server.crt`;
    for (const n of [1, 2, 3]) {
      const making = `cd ${folder} && openssl req -new -key server.key -subj /CN=127.0.0.1 | ${ended}`;
      expect((await lab.onNode(n, making)).code).toBe(0);
    }
    // A server reads its certificate again once a minute.
    await expect.poll(verdict, patience).toBe('down');
    const { reasons, next } = await status();
    expect(reasons[0]).toBe('The API of the cluster does not answer: its certificate has expired on ks-1, ks-2, ks-3.');
    expect(next).toContain('kloudspot certificates renew');
    const listed = await ran(fromLaptop(root, 'certificates', '--site', site));
    expect(listed.stdout).toMatch(/server +ks-1 +ended/);
    await done('certificates renew');
    await expect.poll(verdict, patience).toBe('ok');
    await expectProduct(1);
  });

  it('stop leaves claims, cluster and address, and nothing else of the release', async () => {
    const before = await claims();
    const told = await done('stop');
    for (const claim of before) expect(told).toContain(claim.split(' ')[0]);
    expect(await lab.objects('deployments,statefulsets,services,ingresses', ...namespace)).toEqual([]);
    await expect.poll(() => lab.objects('pods', ...namespace), patience).toEqual([]);
    expect(await claims()).toEqual(before);
    expect(JSON.stringify(await lab.objects('services', '-n', 'ingress'))).toContain(virtualAddress);
    await untilReady(3);
  });
});
