import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockFolder, microk8sFiles } from '../../source/microk8s/node.ts';
import { parseMicroK8sStatus } from '../../source/microk8s/status.ts';
import { filled, holds, type Names, type State } from '../conformance/compare.ts';
import { type Situation, situations } from '../conformance/situations.ts';
import * as lab from './lab.ts';

const microk8s = '/snap/bin/microk8s';
const numbers = { 'ks-1': 1, 'ks-2': 2 } as const;
const run = (node: keyof typeof numbers, command: string) => lab.onNode(numbers[node], command);
const tokenOf = async (...flags: readonly string[]) =>
  (await run('ks-1', `${microk8s} add-node ${flags.join(' ')} --format token-check`)).stdout.trim();
const target = () => `${lab.address(1)}:25000`;

async function readState(on: keyof typeof numbers): Promise<State> {
  const namesIn = async (node: keyof typeof numbers, folder: string) =>
    (await run(node, `ls -1 ${folder} 2>/dev/null || true`)).stdout.split('\n').filter(Boolean);
  const status = parseMicroK8sStatus(await run('ks-1', `${microk8s} status --format yaml`));
  const nodes = await run('ks-1', `${microk8s} kubectl get nodes -o name 2>/dev/null || true`);
  const tokens = await run('ks-1', `cat ${microk8sFiles.tokens} 2>/dev/null || true`);
  return {
    locks: (await namesIn(on, lockFolder)).filter((name) => !name.startsWith('.')),
    seedLocks: await namesIn('ks-1', lockFolder),
    members:
      status.state === 'running' ? status.members.map(({ address }) => address.replace(/:\d+$/, '')).toSorted() : [],
    nodes: [...nodes.stdout.matchAll(/node\/(\S+)/g)].map(([, name = '']) => name).toSorted(),
    tokens: tokens.stdout,
    launcher: [],
  };
}

/** Runs a situation where the nodes stand, and throws where it differs from what was recorded. */
async function held(situation: Situation, token: string): Promise<void> {
  const names: Names = {
    'ks-1': lab.address(1),
    'ks-2': lab.address(2),
    nobody: '10.78.0.250',
    free: '10.78.0.201',
    token,
  };
  const before = await readState(situation.on);
  const command = filled(situation.command, names).replace(/^microk8s /, `${microk8s} `);
  const result = await run(situation.on, `${command} </dev/null`);
  // A Node that was removed or made is seen by the API a moment later.
  for (let tries = 0; ; tries++) {
    const after = await readState(situation.on);
    try {
      return holds(situation, { ...result, before, after }, names);
    } catch (error) {
      if (tries === 8) throw error;
      await wait(3_000);
    }
  }
}

interface Stage {
  readonly given: string;
  /** Brings the two nodes from the stage before to this one; gives the token that its commands use. */
  readonly make: () => Promise<string | undefined>;
  /** Situations that change what follows run last, and alone. */
  readonly last?: string;
}

const done = async (...work: readonly Promise<unknown>[]): Promise<undefined> => void (await Promise.all(work));
const settled = () => run('ks-1', `${microk8s} status --wait-ready --timeout 120`);
const unmark = () => run('ks-2', `rm -f ${microk8sFiles.joining}`);

/** In this order each state follows from the one before by commands alone. */
const stages: readonly Stage[] = [
  { given: 'fresh', make: async () => undefined },
  { given: 'dns enabled', make: async () => undefined },
  { given: 'token unknown', make: async () => '0'.repeat(32) },
  {
    given: 'another fingerprint',
    make: async () => {
      await unmark();
      return `${(await tokenOf()).split('/')[0]}/${'0'.repeat(12)}`;
    },
  },
  {
    given: 'token expired',
    make: async () => {
      await unmark();
      const token = await tokenOf('--token-ttl', '1');
      await wait(3_000);
      return token;
    },
  },
  { given: 'stopped', make: () => done(unmark(), run('ks-2', `${microk8s} stop`)) },
  {
    given: 'member',
    make: async () => {
      await run('ks-2', `${microk8s} start; ${microk8s} status --wait-ready --timeout 120`);
      await run('ks-2', `${microk8s} join ${target()}/${await tokenOf()}`);
      return done(settled());
    },
  },
  { given: 'member stopped', make: () => done(run('ks-2', `${microk8s} stop`)) },
  {
    given: 'worker',
    make: async () => {
      await run('ks-2', `${microk8s} start; ${microk8s} status --wait-ready --timeout 120; ${microk8s} leave`);
      await run('ks-1', `${microk8s} remove-node ks-2 --force`);
      await run('ks-2', `${microk8s} join ${target()}/${await tokenOf()} --worker`);
      return done(settled());
    },
  },
];

/** What a situation leaves is what it found, so that the next one begins in the same state. */
const isQuiet = ({ locksRemoved, nodes, members }: Situation) =>
  locksRemoved.length === 0 && nodes === undefined && members === undefined;
/** They change addons, certificates or the whole node. */
const heavy = /enable (?:metallb:|ingress$|rbac)|refresh-certs -|reset|inspect|stop$|start$/;

const rowsOf = (given: string) =>
  situations.filter(
    (each) =>
      each.given === given &&
      each.read === undefined &&
      each.cut === undefined &&
      each.track === '1.34' &&
      /^microk8s [^|;]*$/.test(each.command) &&
      isQuiet(each) &&
      !heavy.test(each.command),
  );

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
    const installed = [1, 2].map(async (n) => {
      await lab.onNode(n, 'snap install microk8s --classic --channel=1.34/stable');
      await lab.onNode(n, `${microk8s} status --wait-ready --timeout 240`);
      await lab.onNode(n, `for i in $(seq 120); do [ -e ${microk8sFiles.launched} ] && break; sleep 1; done`);
    });
    await Promise.all(installed);
  });
  afterAll(async () => {
    console.info(`${shown} recorded situations were run on real nodes of the lab`);
    await lab.down();
  });

  it('tells the kubelet what the launch configuration of the snap says', async () => {
    const kubelet = (await run('ks-1', `cat ${microk8sFiles.arguments}/kubelet`)).stdout;
    expect(kubelet).toContain('--cluster-dns=10.152.183.10');
    expect((await run('ks-1', `cat ${microk8sFiles.arguments}/kube-proxy`)).stdout).toContain(
      '--cluster-cidr=10.1.0.0/16',
    );
  });

  for (const { given, make } of stages) {
    describe(given, () => {
      let token = '';
      beforeAll(async () => {
        token = (await make()) ?? '';
      });
      it.each(rowsOf(given).map((row) => [row.id, row] as const))('%s', async (_, row) => {
        if (token === '' && row.command.includes('{token}')) token = await tokenOf();
        const gap = row.gaps.lab;
        try {
          await held(row, token);
          shown += 1;
        } catch (error) {
          // What is replaced without a node may differ with one too; the reason of the gap stands in the table.
          if (gap === undefined) throw error;
          console.info(`${row.id} is not shown on a node either: ${gap}`);
        }
        await unmark();
      });
    });
  }
});
