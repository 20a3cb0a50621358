import * as z from 'zod';
import { mapperName, mapperPath } from '../../../facts/mapper-name.ts';
import { kubectl } from '../../../kubernetes/kubectl.ts';
import { readList, readObject } from '../../../kubernetes/read.ts';
import {
  type BlockDeviceObject,
  blockDeviceObject,
  cstorKinds,
  hostname,
  nodeOf,
  type PoolInstanceObject,
  poolClusterObject,
  poolInstanceObject,
} from '../../../storage/engines/cstor/objects.ts';
import { kloudspot } from '../../../text/command.ts';
import { counted } from '../../../text/plural.ts';
import { carryOut } from '../../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../../execution/define.ts';
import { silent, told } from '../../execution/told.ts';
import { manifestText } from '../../release/manifest.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../../step.ts';
import { StepFault } from '../../step-fault.ts';
import { poolInstances, poolName } from './instances.ts';

const parameters = z.object({
  seed: z.string(),
  namespace: z.string(),
  pools: z.array(z.object({ node: z.string(), group: z.string(), volume: z.string() })).min(1),
  /** Nodes that leave later and whose pools stay until then. */
  keep: z.array(z.string()).exactOptional(),
});
type Parameters = z.output<typeof parameters>;

/** Phases that a pool does not leave by itself. */
const terminal = ['PoolCreationFailed', 'Error', 'Invalid', 'ErrorDuplicate', 'FAULTED'];
const nodesOf = ({ pools }: Parameters): string[] => pools.map(({ node }) => node);
const placeholder = (node: string) => `<block device of ${node}>`;

/** One pool a node, each a stripe over the one logical volume; copies lie on the other nodes. */
function manifest({ namespace, pools: places, keep = [] }: Parameters): string {
  const pools = [...places.map(({ node }) => node), ...keep].map((node) => ({
    nodeSelector: { [hostname]: node },
    dataRaidGroups: [{ blockDevices: [{ blockDeviceName: placeholder(node) }] }],
    poolConfig: { dataRaidGroupType: 'stripe' },
  }));
  return manifestText([
    {
      apiVersion: 'cstor.openebs.io/v1',
      kind: 'CStorPoolCluster',
      metadata: { name: poolName, namespace },
      spec: { pools },
    },
  ]);
}

/** The record of our logical volume: of that node and with one of the names that udev knows the volume by. */
function deviceOf(
  devices: readonly BlockDeviceObject[],
  { node, group, volume }: Parameters['pools'][number],
): BlockDeviceObject | undefined {
  const mapper = mapperName(group, volume);
  const names = [mapperPath(group, volume), `/dev/${group}/${volume}`, `/dev/disk/by-id/dm-name-${mapper}`];
  return devices.find(({ metadata, spec }) => {
    const on = metadata.labels[hostname] ?? spec.nodeAttributes.nodeName;
    const called = [spec.path, ...spec.devlinks.flatMap(({ links }) => links)];
    return on === node && called.some((path) => names.includes(path));
  });
}

const usable = ({ status }: PoolInstanceObject) => status.phase === 'ONLINE' && !status.readOnly;

async function state(context: LookContext, p: Parameters): Promise<StateCheck & { readonly hopeless?: boolean }> {
  const host = await context.look(p.seed);
  const cluster = await readObject(host, cstorKinds.clusters, poolName, p.namespace, poolClusterObject);
  if (!cluster.answered) return silent(p.seed, cluster.said);
  if (!cluster.value) return { ok: false, observed: 'no pool' };
  const found = await poolInstances(host, p.namespace, poolInstanceObject);
  if (!found.answered) return silent(p.seed, found.said);
  const open = nodesOf(p).filter((node) => !found.value.some((each) => nodeOf(each) === node && usable(each)));
  if (open.length === 0) return { ok: true, observed: `${counted(p.pools.length, 'pool')} online` };
  const hopeless = found.value.some(({ status }) => terminal.includes(status.phase));
  return { ok: false, observed: sayPools(found.value, open), hopeless };
}

function sayPools(found: readonly PoolInstanceObject[], open: readonly string[]): string {
  const words = open.map((node) => {
    const pool = found.find((each) => nodeOf(each) === node);
    if (!pool) return `${node}: no pool yet`;
    return `${node}: ${pool.status.readOnly ? 'read-only' : pool.status.phase || 'begun'}`;
  });
  return words.join(', ');
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const names: Record<string, string> = {};
  const volumes = [...new Set(p.pools.map(({ group, volume }) => mapperPath(group, volume)))].join(' or ');
  await context.until({
    for: `each node to show ${volumes} as a block device`,
    deadline: minutes(5),
    probe: async () => {
      const found = await readList(await context.look(p.seed), cstorKinds.devices, p, blockDeviceObject);
      if (!found.answered) return silent(p.seed, found.said);
      for (const pool of p.pools) {
        const device = deviceOf(found.value, pool);
        if (device) names[placeholder(pool.node)] = device.metadata.name;
      }
      const missing = nodesOf(p).filter((node) => !(placeholder(node) in names));
      return { ok: missing.length === 0, observed: missing.length === 0 ? 'all' : `not yet: ${missing.join(', ')}` };
    },
    causes: [
      `the filter of NDM does not let ${volumes} through`,
      'two nodes are clones of each other: their volumes have the same identity',
    ],
    next: [`sudo microk8s kubectl get blockdevices -n ${p.namespace} -o wide on ${p.seed}`],
  });
  for (const node of p.keep ?? []) names[placeholder(node)] = await deviceOfPool(context, p, node);
  await carryOut(context, step, { fill: names });
  await context.until({
    for: 'every pool to be online',
    deadline: minutes(10),
    every: 3_000,
    probe: () => state(context, p),
    causes: ['the logical volume holds a file system or a former pool', 'iscsid does not run on a node'],
    next: [`sudo microk8s kubectl describe ${cstorKinds.clusters} ${poolName} -n ${p.namespace} on ${p.seed}`],
  });
}

/** The device of a pool that stands, by the list of pools. */
async function deviceOfPool(context: StepContext, p: Parameters, node: string): Promise<string> {
  const found = await told(context, p.seed, 'the declared pools', (host) =>
    readObject(host, cstorKinds.clusters, poolName, p.namespace, poolClusterObject),
  );
  const pool = found?.spec.pools.find(({ nodeSelector }) => nodeSelector[hostname] === node);
  const device = pool?.dataRaidGroups[0]?.blockDevices[0]?.blockDeviceName;
  if (device !== undefined) return device;
  throw new StepFault({
    tried: `keep the pool of ${node} until it leaves`,
    seen: 'the list of pools no longer has one of this node',
    next: [`${kloudspot('apply')}  makes a new plan from what is there now`],
  });
}

export const cstorPool: StepKind<typeof parameters> = { kind: 'cstor-pool', parameters, state, act };

export function planCstorPool(p: Parameters): PlannedStep {
  return plannedStep(cstorPool, {
    group: 'Storage',
    title: `Make a pool on ${p.pools.length === 1 ? 'the node' : `each of ${p.pools.length} nodes`}`,
    why: 'It holds the shared volumes, with a copy on each node.',
    deadline: minutes(16),
    parameters: p,
    commands: [command('apply', p.seed, kubectl.apply(), { stdin: manifest(p) })],
  });
}
