import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateNames, parseCertificateNames } from '../../source/microk8s/certificates.ts';
import { lockFolder, microk8sFiles } from '../../source/microk8s/node.ts';
import { parseMicroK8sStatus } from '../../source/microk8s/status.ts';
import { launchConfiguration } from '../../source/plan/release/launch-configuration.ts';
import { filled, holds, type Names, type State } from '../conformance/compare.ts';
import { inScene, type Situation, scenes } from '../conformance/situations.ts';
import * as lab from './lab.ts';

const microk8s = '/snap/bin/microk8s';
const numbers = { 'ks-1': 1, 'ks-2': 2 } as const;
type Node = keyof typeof numbers;
const run = (node: Node, command: string) => lab.onNode(numbers[node], command);
const tokenOf = async (...flags: readonly string[]) =>
  (await run('ks-1', `${microk8s} add-node ${flags.join(' ')} --format token-check`)).stdout.trim();
const linesOf = async (node: Node, command: string) =>
  (await run(node, `${command} 2>/dev/null || true`)).stdout.split('\n').filter(Boolean);

const marksOn = async (node: Node) =>
  (await linesOf(node, `ls -1 ${lockFolder}`)).filter((name) => !name.startsWith('.'));

/** As much of the state as the situation speaks of: the rest costs seconds, and the seed may not answer. */
async function readState(situation: Situation): Promise<State> {
  const { on, seedLocksAdded, members, nodes, tokenUsed } = situation;
  const [locks, seedLocks, tokens, status, names] = await Promise.all([
    marksOn(on),
    seedLocksAdded === undefined ? [] : marksOn('ks-1'),
    tokenUsed === undefined ? [] : linesOf('ks-1', `cat ${microk8sFiles.tokens}`),
    members === undefined ? undefined : run('ks-1', `${microk8s} status --format yaml`),
    nodes === undefined ? [] : linesOf('ks-1', `${microk8s} kubectl get nodes -o name`),
  ]);
  const parsed = status && parseMicroK8sStatus(status);
  const known = parsed?.state === 'running' ? parsed.members.map(({ address }) => address.replace(/:\d+$/, '')) : [];
  return {
    locks,
    seedLocks,
    members: known.toSorted(),
    nodes: names.map((name) => name.replace('node/', '')).toSorted(),
    tokens: tokens.join('\n'),
    launcher: [],
  };
}

/** Begins the join, waits until it is a member and waits for itself, and kills it there. */
async function cutWhileWaiting(command: string) {
  await lab.fault(2, 'join-hangs-after-membership');
  const output = '/tmp/cut-join';
  await run('ks-2', `setsid ${command} >${output} 2>&1 </dev/null & sleep 1`);
  const member = `${lab.address(2)}:19001`;
  await until(
    async () => (await run('ks-1', `${microk8s} status --format yaml`)).stdout.includes(member),
    'ks-2 is a member',
  );
  // What was recorded has a datastore that answers on both.
  await until(
    async () => (await run('ks-2', `${microk8s} status --format yaml`)).stdout.includes(member),
    'the datastore of ks-2 answers',
  );
  await run('ks-2', 'pkill -9 -f "[j]oin[.]py"');
  await lab.fault(2, 'join-hangs-after-membership', 'clear');
  return { code: 137, stdout: (await run('ks-2', `cat ${output}`)).stdout, stderr: '' };
}

async function until(seen: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 600_000;
  while (!(await seen())) {
    if (performance.now() > end) throw new Error(`It was not seen within ten minutes that ${what}.`);
    await wait(500);
  }
}

/** Runs a situation where the nodes stand, and throws where it differs from what was recorded. */
async function held(situation: Situation, token: string): Promise<void> {
  const nobody = '10.78.0.250';
  const names: Names = { 'ks-1': lab.address(1), 'ks-2': lab.address(2), nobody, free: '10.78.0.201', token };
  const before = await readState(situation);
  const command = filled(situation.command, names).replace(/(^|; )microk8s /, `$1${microk8s} `);
  const result =
    situation.cut === undefined
      ? await run(situation.on, `{ ${command}; } </dev/null`)
      : await cutWhileWaiting(command);
  holds(situation, { ...result, before, after: await readState(situation) }, names);
}

const ready = (node: Node) => run(node, `${microk8s} status --wait-ready --timeout 120`);
const unmark = () => run('ks-2', `rm -f ${microk8sFiles.joining}`);
const nodesAre = (count: number) =>
  until(
    async () =>
      (await linesOf('ks-1', `${microk8s} kubectl get nodes --no-headers`)).filter((line) => / Ready /.test(line))
        .length === count,
    `${count} nodes are ready`,
  );

/** What leads from one scene to the next where its last situation does not; gives the token that its commands use. */
const makes: Readonly<Record<string, () => Promise<string | undefined>>> = {
  'token unknown': async () => '0'.repeat(32),
  'another fingerprint': async () => `${(await tokenOf()).split('/')[0]}/${'0'.repeat(12)}`,
  'token expired': async () => {
    const token = await tokenOf('--token-ttl', '1');
    await wait(3_000);
    return token;
  },
  fresh: async () => {
    await Promise.all([ready('ks-1'), ready('ks-2')]);
    await run('ks-1', `${microk8s} remove-node ks-2 --force; rm -f ${microk8sFiles.member}`);
    return undefined;
  },
  member: async () => {
    await run('ks-2', `[ ! -e ${microk8sFiles.stopped} ] || ${microk8s} start`);
    // Its Node may count as ready from before it was stopped.
    await ready('ks-2');
    await nodesAre(2);
    return undefined;
  },
  worker: async () => {
    await nodesAre(2);
    return undefined;
  },
  'member stopped': async () => {
    await run('ks-2', `${microk8s} stop`);
    return undefined;
  },
};

/** After the member that was cut off was removed, its own datastore is that of a cluster which does not know it. */
const afterCut = async () => {
  await run('ks-2', 'snap remove --purge microk8s');
  await install(2);
};

async function install(n: number): Promise<void> {
  const text = launchConfiguration({
    address: lab.address(n),
    names: ['spot.lab.test'],
    ranges: { pods: '10.1.0.0/16', services: '10.152.183.0/24' },
  });
  await lab.onNode(
    n,
    `mkdir -p /var/snap/microk8s/common && cat >${microk8sFiles.launchConfiguration} <<'END'\n${text}\nEND`,
  );
  await lab.onNode(n, 'snap install microk8s --classic --channel=1.34/stable');
  await lab.onNode(n, `${microk8s} status --wait-ready --timeout 240`);
  await lab.onNode(n, `for i in $(seq 120); do [ -e ${microk8sFiles.launched} ] && break; sleep 1; done`);
}

const namesOn = async (node: Node) => parseCertificateNames((await run(node, certificateNames.text)).stdout);

let shown = 0;

describe("the lab's microk8s on real nodes, with etcd, API server, agent and systemd", () => {
  beforeAll(async () => {
    await lab.up({
      nodes: 2,
      kubelet: 'kwok',
      upgrade: false,
      provisioner: false,
      each: { 1: { name: 'ks-1' }, 2: { name: 'ks-2' } },
    });
    await Promise.all([install(1), install(2)]);
  });
  afterAll(async () => {
    console.info(`${shown} recorded situations were run on real nodes of the lab`);
    await lab.down();
  });

  it('tells the services and the certificate what the launch configuration says', async () => {
    const kubelet = (await run('ks-1', `cat ${microk8sFiles.arguments}/kubelet`)).stdout;
    expect(kubelet).toContain('--cluster-dns=10.152.183.10');
    expect(kubelet).toContain(`--node-ip=${lab.address(1)}`);
    expect(await namesOn('ks-1')).toEqual(expect.arrayContaining(['spot.lab.test', lab.address(1)]));
  });

  for (const [index, scene] of scenes.entries()) {
    describe(`${index + 1}: ${scene.given}`, () => {
      let token = '';
      beforeAll(async () => {
        if (scene.given !== 'cut while waiting') await unmark();
        token = (await makes[scene.given]?.()) ?? '';
      });
      const rows = inScene(scene).filter(({ gaps }) => gaps.nodes === undefined);
      it.each(rows.map((row) => [row.id, row] as const))('%s', async (id, row) => {
        if (token === '' && row.command.includes('{token}')) token = await tokenOf();
        if (scene.given !== 'cut while waiting') await unmark();
        await held(row, token);
        shown += 1;
        if (row.tokenUsed) token = '';
        if (id === 'after-cut-4-remove-by-address') await afterCut();
        if (id === 'join-manager-good') expect(await namesOn('ks-2')).toContain('spot.lab.test');
      });
    });
  }
});
