import { dirname } from 'node:path';
import { known, type NodePair, type NodePort } from './data/node.ts';

export type { NodePort };

/** A port of one node that another one asks, by the roles of both. */
export interface PairPort extends Omit<NodePair, 'port'> {
  readonly port: number;
}

/** Ranges of addresses, in prefix notation, that a cluster gives to its pods and services. */
export interface ClusterRanges {
  readonly pods: string;
  readonly services: string;
}

/** Those of a MicroK8s that got no others. */
export const defaultRanges: ClusterRanges = known.ranges;

export const { program: microk8sProgram, folders, freshMarks, services, ports, nodePorts } = known;
/** All that MicroK8s keeps: what snapd removes with it. */
export const keptFolder = dirname(folders.common);
export const lockFolder = `${folders.data}/var/lock`;

/** Puts the folders of MicroK8s in the place of `{data}`, `{common}` and `{lock}`. */
export function inFolders(path: string): string {
  return path.replace('{data}', folders.data).replace('{common}', folders.common).replace('{lock}', lockFolder);
}

const pathOf = (name: keyof typeof known.files) => inFolders(known.files[name].path);
/** Files whose presence shows what a node is: `data/node.yaml` says what each means. */
export const microk8sFiles = {
  launched: pathOf('launched'),
  launching: pathOf('launching'),
  member: pathOf('member'),
  worker: pathOf('worker'),
  noDatastore: pathOf('noDatastore'),
  joining: pathOf('joining'),
  stopped: pathOf('stopped'),
  lowMemory: pathOf('lowMemory'),
  members: pathOf('members'),
  tokens: pathOf('tokens'),
  launchConfiguration: pathOf('launchConfiguration'),
  otherLaunchConfiguration: pathOf('otherLaunchConfiguration'),
  arguments: pathOf('arguments'),
  ownMember: pathOf('ownMember'),
  failureDomain: pathOf('failureDomain'),
  kubelet: pathOf('kubelet'),
  mirrors: pathOf('mirrors'),
  openebs: pathOf('openebs'),
} as const;

/** A port by its name in `data/node.yaml`. Throws on an unknown name, at load and so in every test. */
function portNamed(name: string): NodePort {
  const found = ports.find((each) => each.name === name);
  if (found === undefined) throw new Error(`data/node.yaml names no port ${name}`);
  return found;
}

function portOf(name: string): number {
  return portNamed(name).port;
}

/** What nodes ask of one another. MetalLB's members are there where the site has a virtual address. */
export const pairPorts: readonly PairPort[] = known.pairs.map((each) => {
  if (typeof each.port === 'number') return { ...each, port: each.port };
  const { port: number, use } = portNamed(each.port);
  return { ...each, port: number, use: each.use === '' ? use : each.use };
});
/** Ports of every node that clients of the site ask. */
export const clientPorts: readonly number[] = known.clients.map(portOf);
/** Ports of managers that administrators ask. */
export const administratorPorts: readonly number[] = known.administrators.map(portOf);
/** Port of MetalLB's members. */
export const metallbPort = portOf('metallb-members');

/** Port of the cluster agent that joins speak to. */
export const agentPort = portOf('agent');
/** Port of the API server on every manager. */
export const apiPort = portOf('api');
