import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecord } from '../acceptance/record.ts';
import * as lab from './lab.ts';
import { fromLaptop, ran } from './program.ts';
import { home, virtualAddress, writeProduct, writeSite } from './site.ts';

let root: string;
let site: string;
const flags = () => ['--site', site, '--yes'];
const namespace = ['-n', 'kloudspot'];
const web = 'deployment/kloudspot-web';

/** One machine with the product's parts that keep nothing: what the kubelet does to a pod, and what becomes of a release, needs no more. */
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

/** What befalls a part, what status says of it, and the words of the kubelet or the scheduler that are behind it. */
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
    reason: /kloudspot-web . of 1 \(it keeps exiting after it has started\)/,
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
    reason: /kloudspot-web . of 1 \(it exceeds its memory limit and is killed\)/,
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

/** All others are asked of three machines, in from-a-node. */
const asked = ['R7', 'R17', 'R19', 'S1'];

describe('the acceptance script', () => {
  it('finds its claims held, writes down how, tells what does not hold, and resumes', async () => {
    const out = join(root, 'accepted');
    const script = [process.execPath, join(home, 'test/acceptance/accept.ts'), '--site', site, '--root', root];
    const accept = (only: readonly string[]) => lab.inHub([...script, '--out', out, '--only', only.join()]);
    // a browser is answered some seconds after everything is ready
    await expect.poll(async () => (await accept(['R19'])).stdout, patience).toMatch(/^R19 +holds/m);
    const { code, stdout, stderr } = await accept(asked);
    expect(stdout).toMatch(/^R19 +holds +seen before$/m);
    const { claims, versions } = readRecord(out);
    const held = asked.filter((id) => claims[id]?.verdict === 'holds');
    expect(held, stdout + stderr).toEqual(asked.filter((id) => id !== 'S1'));
    expect(code).toBe(1);
    expect(claims['S1']).toMatchObject({ verdict: 'fails', why: expect.stringContaining('not from the store') });
    expect(claims['R17']?.commands[0]).toMatchObject({ on: 'here', code: 0, stdout: expect.stringMatching(/^\{/) });
    expect(claims['R7']?.commands[0]).toMatchObject({ on: 'solo', stdout: expect.stringContaining('microk8s') });
    expect(versions).toMatchObject({
      kloudspot: expect.stringMatching(/\d\.\d/),
      solo: expect.stringContaining('snapd'),
    });
  });
});

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

describe('a release whose new image is no good', () => {
  const setImage = (repository: string) => ['--set', `values.components.web.image.repository=${repository}`];
  const released = async () => {
    const { stdout } = await lab.onNode(1, '/snap/bin/microk8s helm3 status kloudspot -n kloudspot -o json');
    const { version, info }: { version: number; info: { status: string } } = JSON.parse(stdout);
    return `revision ${version} ${info.status}`;
  };
  const images = async () => {
    const found = await lab.objects('deployments', 'kloudspot-web', ...namespace);
    return found.map(({ spec, status }) => `${spec.template.spec.containers[0].image} ${status.readyReplicas}`);
  };

  it('that no registry has is refused, and nothing changes', async () => {
    const before = await readFile(site, 'utf8');
    const { code, stderr } = await ran(
      fromLaptop(root, 'update', ...flags(), ...setImage('docker.io/library/no-such-image')),
    );
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/docker\.io\/library\/no-such-image:\S+: the registry has no such image/);
    expect(await readFile(site, 'utf8')).toBe(before);
    expect(await released()).toBe('revision 1 deployed');
  });

  it('whose layers cannot be fetched: the revision before is in force again within a minute', async () => {
    const before = await readFile(site, 'utf8');
    const { code, stdout, stderr } = await ran(
      fromLaptop(root, 'update', ...flags(), ...setImage('docker.io/library/no-such-layer')),
    );
    expect(code, stdout + stderr).toBe(4);
    expect(stdout).toContain('rolled back to revision 1');
    expect(await readFile(site, 'utf8')).toBe(before);
    await expect.poll(released, patience).toBe('revision 3 deployed');
  });

  it('whose program ends at once is named, and the revision before is in force again with site.yaml, long before the time is up', async () => {
    await expect.poll(async () => (await status()).verdict, patience).toBe('ok');
    const before = await readFile(site, 'utf8');
    const { code, stdout, stderr } = await ran(
      fromLaptop(root, 'update', ...flags(), ...setImage('docker.io/library/crashes')),
    );
    expect(code, stdout + stderr).toBe(4);
    expect(stdout).toMatch(/kloudspot-web-\S+ on solo: it (keeps exiting after it has started|exited with code 3)/);
    expect(stdout).toMatch(/the last log line of \S+: crashes: ends at once/);
    expect(stdout).toContain('rolled back to revision 3');
    expect(stdout).toMatch(/kloudspot restore \S+-before-update/);
    expect(await readFile(site, 'utf8')).toBe(before);
    expect(await released()).toBe('revision 5 deployed');
    await expect.poll(images, patience).toEqual([expect.stringMatching(/^docker\.io\/library\/nginx:\S+ 1$/)]);
    await expect.poll(async () => (await status()).verdict, patience).toBe('ok');
  });

  it('stop leaves nothing of the release, and the cluster and its address as they were', async () => {
    const { code, stdout, stderr } = await ran(fromLaptop(root, 'stop', ...flags()));
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/Kloudspot is no longer running[\s\S]*cluster: 1 of 1 nodes ready/);
    expect(await lab.objects('deployments,statefulsets,services,ingresses', ...namespace)).toEqual([]);
    await expect.poll(() => lab.objects('pods', ...namespace), patience).toEqual([]);
    expect(JSON.stringify(await lab.objects('services', '-n', 'ingress'))).toContain(virtualAddress);
  });
});
