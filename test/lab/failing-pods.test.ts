import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from './lab.ts';
import { fromLaptop, ran } from './program.ts';
import { writeProduct, writeSite } from './site.ts';

let root: string;
let site: string;
const flags = () => ['--site', site, '--yes'];
const namespace = ['-n', 'kloudspot'];
const web = 'deployment/kloudspot-web';

/** One machine with the product's parts that keep nothing: what the kubelet does to a pod needs no more. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: 1, volumeGroup: 'ubuntu-vg', disk: '100G', upgrade: false });
  const product = await writeProduct(join(root, 'site'));
  site = await writeSite({ folder: join(root, 'site'), product, nodes: [{ n: 1, name: 'solo' }], features: [] });
  const { code, stdout, stderr } = await ran(fromLaptop(root, 'init', ...flags(), '--accept-new-host-keys'));
  expect(code, stdout.slice(-2_000) + stderr).toBe(0);
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

const container = (change: object) => ({ spec: { template: { spec: { containers: [{ name: 'web', ...change }] } } } });
const broken = async (change: object) =>
  void (await lab.kubectl(['patch', web, ...namespace, '--type=strategic', '-p', JSON.stringify(container(change))]));
const whole = async () => {
  await lab.kubectl(['rollout', 'undo', web, ...namespace]);
  await lab.kubectl(['rollout', 'status', web, ...namespace, '--timeout=120s']);
};
const port = { tcpSocket: { port: 81 }, httpGet: null };

/** What befalls a part, what status says of it, and the words of the kubelet or the scheduler that stand behind. */
const troubles = [
  {
    what: 'an image that no registry has',
    begin: () => broken({ image: 'docker.io/library/no-such-image:1' }),
    end: whole,
    reason: /kloudspot-web 0 of 1 \(its image cannot be pulled\)|kloudspot-web 1 of 1 \(its image cannot be pulled\)/,
    words: /(ErrImagePull|ImagePullBackOff): .*no-such-image/,
  },
  {
    what: 'a program that ends at once, over and over',
    begin: () => broken({ image: 'docker.io/library/crashes:1' }),
    end: whole,
    reason: /kloudspot-web . of 1 \(it ends again and again after it has started\)/,
    words: /CrashLoopBackOff: back-off .*; last with exit code 3/,
  },
  {
    what: 'a program that takes more memory than it may',
    begin: () =>
      broken({
        image: 'docker.io/library/hungry:1',
        resources: { requests: { memory: '32Mi' }, limits: { memory: '32Mi' } },
      }),
    end: whole,
    reason: /kloudspot-web . of 1 \(it takes more memory than its limit and is ended\)/,
    words: /OOMKilled; restarted \d+ times?/,
  },
  {
    what: 'a program that does not become ready',
    begin: () => broken({ readinessProbe: port }),
    end: whole,
    reason: /kloudspot-web . of 1 \(Running, not ready: its readiness probe does not pass\)/,
    words: /readiness probe does not pass/,
  },
  {
    what: 'a node that was drained',
    begin: async () =>
      void (await lab.kubectl(['drain', 'solo', '--ignore-daemonsets', '--delete-emptydir-data', '--force'])),
    end: async () => void (await lab.kubectl(['uncordon', 'solo'])),
    reason: /kloudspot-web 0 of 1 \(not placed on a node: every node is cordoned\)/,
    words: /0\/1 nodes are available: 1 node\(s\) were unschedulable/,
  },
];

const status = async () => {
  const { stdout } = await ran(fromLaptop(root, 'status', '--site', site, '--json'));
  const report: { verdict: string; reasons: string[]; components: { name: string; words: string }[] } =
    JSON.parse(stdout);
  return report;
};

const told = async () => {
  const { components, verdict, reasons } = await status();
  const words = components.find(({ name }) => name === 'kloudspot-web')?.words;
  return { verdict, reasons: reasons.join('\n'), words };
};
/** A step of a crash loop's back-off, the start of all parts after a drain: minutes on a busy machine. */
const patience = { timeout: 240_000, interval: 2_000 };

describe('status names what the kubelet does to a part', () => {
  it.each(troubles)('$what', async ({ begin, end, reason, words }) => {
    await expect.poll(async () => (await status()).verdict, patience).toBe('ok');
    try {
      await begin();
      // one report holds it all: a container that ends again and again is in another state at every look
      await expect.poll(told, patience).toEqual({
        verdict: expect.stringMatching(/^(degraded|down)$/),
        reasons: expect.stringMatching(reason),
        words: expect.stringMatching(words),
      });
    } finally {
      await end();
    }
  });
});
