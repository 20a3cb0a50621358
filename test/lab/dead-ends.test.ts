import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectCluster } from './judge.ts';
import * as lab from './lab.ts';
import { failures, fromLaptop, journal, ran, runs, untilJournal } from './program.ts';
import { writeProduct, writeSite } from './site.ts';

const nodes = [1, 2, 3].map((n) => ({ n, name: `ks-${n}`, address: lab.address(n) }));
const folder = '/var/snap/microk8s/current/var/lock';
let root: string;
let site: string;

/** Three managers with their storage engine; the product comes later. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: 3, volumeGroup: 'ubuntu-vg', disk: '100G', upgrade: false });
  const product = await writeProduct(join(root, 'site'));
  site = await writeSite({ folder: join(root, 'site'), product, nodes, deploy: 'later' });
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

const begin = () => ran(fromLaptop(root, 'init', '--site', site, '--yes', '--accept-new-host-keys'));
const resume = () => ran(fromLaptop(root, 'resume', '--yes'));

async function until(seen: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 420_000; !(await seen()); await wait(100)) {
    if (Date.now() > deadline) throw new Error(`It was not seen that ${what}.`);
  }
}

const holds = async (n: number, test: string) =>
  (await lab.onNode(n, `${test} && echo yes; true`)).stdout.includes('yes');
const joining = (n: number) => holds(n, `[ -e ${folder}/join-in-progress ]`);
const member = (n: number) =>
  holds(1, `curl -s http://127.0.0.1:12379/v3/cluster/member/list -d '{}' | grep -q '//${lab.address(n)}:'`);

/** Waits for a join to stand still at this moment, and ends it there. The next one stops at another moment. */
async function cutJoin(n: number, at: lab.Fault, arrived: () => Promise<boolean>, next?: lab.Fault): Promise<void> {
  await until(arrived, `the join of node ${n} came to ${at}`);
  if (next) await lab.fault(n, next);
  await lab.fault(n, at, 'clear');
  await lab.onNode(n, 'pkill -9 -f "[j]oin[.]py"; true');
}

/** Ends processes of node 1 as soon as what they have begun is there. */
async function cutCommand(pattern: string, begun: string): Promise<void> {
  await until(() => holds(1, `pgrep -f '${pattern}' >/dev/null && ${begun} >/dev/null 2>&1`), `${pattern} has begun`);
  await lab.onNode(1, `pkill -9 -f '${pattern}'; true`);
}

const kubectl = '/snap/bin/microk8s kubectl';

describe('cut off in the middle, on real nodes', () => {
  it('a join that ends before the agent, then as a member, is finished by resume after a third cut', async () => {
    await lab.fault(2, 'join-hangs');
    const first = begin();
    await cutJoin(2, 'join-hangs', () => joining(2), 'join-hangs-after-membership');
    await cutJoin(2, 'join-hangs-after-membership', () => member(2), 'join-hangs-before-its-mark');
    const { code, stdout } = await first;
    expect(code, stdout).toBe(4);
    expect(failures(journal(root)).map(({ step }) => step)).toEqual(['join-manager@ks-2', undefined]);

    const second = resume();
    const noded = () => holds(1, `${kubectl} get nodes | grep -q '^ks-2 .* Ready'`);
    await cutJoin(2, 'join-hangs-before-its-mark', async () => (await member(2)) && (await noded()));
    await untilJournal(root, (line) => line.node === 'ks-3' && runs('start-join')(line));
    process.kill(Number(journal(root).findLast(({ type }) => type === 'run-started')?.['process']), 'SIGKILL');
    await second;
  });

  it('MetalLB without its pool and a first cStor that is pending are healed by resume', async () => {
    const cuts = Promise.all([
      cutCommand('[e]nable metallb', `${kubectl} get daemonset -n metallb-system speaker`),
      cutCommand('[u]pgrade.*cstor', `${kubectl} get secrets -A | grep sh.helm.release.v1.cstor.v1`),
    ]);
    for (let tries = 0; (await resume()).code !== 0 && tries < 3; tries += 1);
    await cuts;
    expect(failures(journal(root))).toEqual([]);
    await expectCluster(nodes);
  });

  it('undo with a member that is stopped leaves no MicroK8s and no volume', async () => {
    await lab.onNode(3, '/snap/bin/microk8s stop');
    const { code, stdout, stderr } = await ran(fromLaptop(root, 'undo', '--yes', '--confirm-data-loss', 'lab'));
    expect(code, stdout + stderr).toBe(0);
    for (const { n } of nodes) {
      expect(await holds(n, 'snap list microk8s >/dev/null 2>&1')).toBe(false);
      expect(await holds(n, 'lvs --noheadings -S lv_name=shared | grep -q shared')).toBe(false);
    }
  });
});
