import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { microk8s } from '../rehearsal/world.ts';
import { onMachines } from './machine.ts';
import { home, Rehearsal } from './program.ts';

/** The healthy scenario with one fault of MicroK8s or of the power. */
const withFault = (fault: object, speed?: number) => withParts({ faults: [fault] }, speed);

/** The healthy scenario with other parts. */
async function withParts(parts: object, speed?: number): Promise<Rehearsal> {
  const healthy = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  const first = await Rehearsal.begin();
  const scenario = join(first.root, 'scenario.yaml');
  await writeFile(scenario, stringify({ ...healthy, ...parts }));
  return Rehearsal.begin(scenario, speed);
}

const verdict = async (rehearsal: Rehearsal) => JSON.parse((await rehearsal.run('status', '--json')).stdout).verdict;
/** What the seed knows: its members and its Nodes. */
const known = (rehearsal: Rehearsal) =>
  onMachines(rehearsal, async (world) => {
    const status = (await world.run('ks-1', `${microk8s} status --format yaml`)).stdout;
    const nodes = (await world.run('ks-1', `${microk8s} kubectl get nodes -o name`)).stdout;
    return {
      members: [...status.matchAll(/address: ([\d.]+):/g)].map(([, address]) => address),
      nodes: [...nodes.matchAll(/node\/(\S+)/g)].map(([, name]) => name),
    };
  });
const whole = { members: ['10.0.4.21', '10.0.4.22', '10.0.4.23'], nodes: ['ks-1', 'ks-2', 'ks-3'] };

it('goes on after MetalLB was enabled half way: its pool is made although MicroK8s calls it enabled', async () => {
  const rehearsal = await withFault({
    node: 'ks-1',
    command: 'microk8s enable',
    from: 3,
    does: { kind: 'power', afterSeconds: 5, backAfterSeconds: 60 },
  });
  expect((await rehearsal.run('init', '--yes')).code).toBe(4);
  // Until the node is back, resume fails for that reason alone.
  await expect.poll(async () => (await rehearsal.run('resume', '--yes')).code, { interval: 1000 }).toBe(0);
  const { stdout } = await rehearsal.run('status', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'ok' });
});

it('does not call a join undone while the node still considers itself a member, and undoes it the next time', async () => {
  const rehearsal = await withFault({
    node: 'ks-3',
    command: 'microk8s leave',
    does: { kind: 'end', code: 1, stderr: 'microk8s is not running, try microk8s start' },
  });
  expect((await rehearsal.run('init', '--yes')).code).toBe(0);
  const first = await rehearsal.undo();
  expect(first.code).toBe(4);
  expect(first.stdout).toMatch(/Join ks-3 as a manager: could not be undone.*ks-3 still considers itself a member/);
  expect((await rehearsal.undo()).code).toBe(0);
});

describe('a join that is killed on its node', () => {
  const moments = ['before-agent', 'after-agent', 'after-membership', 'before-mark'];
  const cut = (at: string, times: number) => ({
    node: 'ks-3',
    command: 'microk8s join',
    times,
    does: { kind: 'cut', at },
  });

  it.each(moments)('%s is cleaned up and done again in the same run', async (at) => {
    const rehearsal = await withFault(cut(at, 1));
    const { code, stdout } = await rehearsal.run('init', '--yes');
    expect(code, stdout).toBe(0);
    expect(await known(rehearsal)).toEqual(whole);
  });

  it.each(moments)('%s, and the second time too, is finished by resume', async (at) => {
    const rehearsal = await withFault(cut(at, 2));
    const failed = await rehearsal.run('init', '--yes');
    // One that was killed before its mark had done all else: the second look finds a member.
    expect([0, 4]).toContain(failed.code);
    const resumed = await rehearsal.run(failed.code === 0 ? 'apply' : 'resume', '--yes');
    expect(resumed.code, resumed.stdout).toBe(0);
    expect(await known(rehearsal)).toEqual(whole);
    expect(await verdict(rehearsal)).toBe('ok');
  });

  it.each(['after-agent', 'after-membership'])(
    '%s for good is undone: the seed knows nothing of the node',
    async (at) => {
      const rehearsal = await withFault(cut(at, 2));
      expect((await rehearsal.run('init', '--yes')).code).toBe(4);
      const undone = await rehearsal.undo();
      expect(undone.code, undone.stdout).toBe(0);
      const installed = await onMachines(rehearsal, (world) => world.run('ks-3', 'snap list microk8s'));
      expect(installed.code).toBe(1);
    },
  );
});

it.each([0, 40])('a join whose output ends after %i bytes is judged by what the seed knows', async (bytes) => {
  const rehearsal = await withFault({ node: 'ks-2', command: 'microk8s join', does: { kind: 'output', bytes } });
  expect((await rehearsal.run('init', '--yes')).code).toBe(0);
  expect(await known(rehearsal)).toEqual(whole);
});

it('undoes the join of a member that is stopped: it is started, leaves, and the seed forgets it', async () => {
  const rehearsal = await Rehearsal.built();
  await onMachines(rehearsal, (world) => world.run('ks-3', `${microk8s} stop`));
  const undone = await rehearsal.undo();
  expect(undone.code, undone.stdout).toBe(0);
  for (const node of ['ks-1', 'ks-2', 'ks-3'])
    expect((await onMachines(rehearsal, (world) => world.run(node, 'snap list microk8s'))).code).toBe(1);
});

it('heals a member whose Node was deleted, and a kubelet that lost its arguments', async () => {
  const rehearsal = await Rehearsal.built();
  await onMachines(rehearsal, async (world) => {
    await world.run('ks-1', `${microk8s} kubectl delete nodes ks-3`);
    const kubelet = '/var/snap/microk8s/current/args/kubelet';
    await (await world.host('ks-2')).writeFile({ path: kubelet, content: '--read-only-port=0\n' });
  });
  expect(await known(rehearsal)).toEqual({ ...whole, nodes: ['ks-1', 'ks-2'] });
  const applied = await rehearsal.run('apply', '--yes');
  expect(applied.code, applied.stdout).toBe(0);
  expect(await known(rehearsal)).toEqual(whole);
  const told = await onMachines(rehearsal, async (world) =>
    (await world.host('ks-2')).readFile('/var/snap/microk8s/current/args/kubelet'),
  );
  expect(told).toContain('--node-ip=10.0.4.22\n');
  expect(told).toContain('--cluster-dns=10.152.183.10\n');
});

it('takes the cluster\u2019s network on nodes whose default route is on another one', async () => {
  const { nodes } = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  const management = [{ name: 'eno2', address: '192.168.7.13', gateway: '192.168.7.1' }];
  const rehearsal = await withParts({
    nodes: { ...nodes, 'ks-3': { ...nodes['ks-3'], furtherInterfaces: management } },
  });
  const { code, stdout } = await rehearsal.run('init', '--yes', '--accept-failure', 'default-route');
  expect(code, stdout).toBe(0);
  expect(await known(rehearsal)).toEqual(whole);
  const addresses = await onMachines(
    rehearsal,
    async (world) => (await world.run('ks-1', `${microk8s} kubectl get nodes -o json`)).stdout,
  );
  expect(addresses).not.toContain('192.168.7.13');
});

/** A node that is so busy that these commands do not end. */
const busy = (command: string, times: number) => ({ node: 'ks-1', command, times, does: { kind: 'hang' } });

it('builds on although looks at a busy first manager do not end in time, twice in a row', async () => {
  const rehearsal = await withFault(busy('microk8s kubectl get nodes', 2));
  const { code, stdout } = await rehearsal.run('init', '--yes');
  expect(code, stdout).toBe(0);
  expect(await verdict(rehearsal)).toBe('ok');
});

describe('a cluster whose API answers and does not list everything', () => {
  /** Built, and busy from then on. */
  async function builtAndBusy(command: string): Promise<Rehearsal> {
    const rehearsal = await withParts({});
    expect((await rehearsal.run('init', '--yes')).code).toBe(0);
    const path = rehearsal.scenario;
    await writeFile(path, stringify({ ...parse(await readFile(path, 'utf8')), faults: [busy(command, 1_000)] }));
    return rehearsal;
  }

  it('is not called well, and no verb acts on parts that it did not list', async () => {
    const rehearsal = await builtAndBusy('microk8s kubectl get deployments,statefulsets,daemonsets');
    expect(await verdict(rehearsal)).toBe('unknown');
    for (const [verb, ...words] of [['rebalance'], ['update'], ['stop', '--confirm-data-loss', 'berlin']] as const) {
      const { code, stderr } = await rehearsal.run(verb, ...words, '--yes');
      expect(stderr).toContain('does not tell the parts of the product');
      expect(stderr).toContain('Nothing was changed.');
      expect(code).toBe(4);
    }
  });

  it('loses no node while it does not list volumes', async () => {
    const rehearsal = await builtAndBusy('microk8s kubectl get persistentvolumes');
    for (const [verb, ...words] of [
      ['drill', 'ks-3'],
      ['node remove', 'ks-3'],
    ] as const) {
      const { code, stderr } = await rehearsal.run(verb, ...words, '--yes');
      expect(stderr).toContain('does not tell its volumes');
      expect(code).toBe(4);
    }
  });
});
