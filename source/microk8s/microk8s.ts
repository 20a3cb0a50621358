import * as z from 'zod';
import { parseSafeJson } from '../text/safe-text.ts';

/** By its full path: a shell that is not interactive may lack /snap/bin. */
export const microk8sProgram = '/snap/bin/microk8s';
/** Port of the cluster agent that joins speak to. */
export const agentPort = 25_000;
/** Port of the API server on every manager. */
export const apiPort = 16_443;

const data = '/var/snap/microk8s/current';
const common = '/var/snap/microk8s/common';

/** Files whose presence tells what a node is. Only `microk8s` writes them. */
export const microk8sFiles = {
  /** There once the launch configuration was applied; a join before that races with the pending `enable dns`. */
  launched: `${common}/etc/launcher/install.yaml.applied`,
  /** The launch configuration that is still to be applied. */
  launching: `${common}/etc/launcher/install.yaml`,
  /** Member of a cluster of more than itself. */
  member: `${data}/var/lock/no-cert-reissue`,
  /** A worker. */
  worker: `${data}/var/lock/clustered.lock`,
  /** Left behind by a join that failed; services are not restarted while it is there. */
  joining: `${data}/var/lock/join-in-progress`,
  /** Stopped by `microk8s stop`. */
  stopped: `${data}/var/lock/stopped.lock`,
  /** Members of the datastore as the cluster agent reads them; rewritten every 30 s. */
  members: `${data}/var/kubernetes/backend/cluster.yaml`,
  /** Join tokens, one a line: `TOKEN` or `TOKEN|UNIX_EXPIRY`. */
  tokens: `${data}/credentials/cluster-tokens.txt`,
  kubelet: `${common}/var/lib/kubelet/`,
  openebs: `${common}/var/openebs`,
} as const;

/** Argument arrays of `microk8s`; every one of them must run as root. */
export const microk8s = {
  status: () => [microk8sProgram, 'status', '--format', 'yaml'],
  /** `seconds` bounds one wait of MicroK8s' own; it looks at its clock only between polls. */
  waitReady: (seconds: number) => [
    microk8sProgram,
    'status',
    '--format',
    'yaml',
    '--wait-ready',
    '--timeout',
    String(seconds),
  ],
  version: () => [microk8sProgram, 'version'],
  /** Prints a token that is valid for so many seconds: its output is secret. Without a time limit it would live until it is used. */
  addNode: (seconds: number) => [microk8sProgram, 'add-node', '--token-ttl', String(seconds), '--format', 'json'],
  /** `address` is an IPv4 literal: host names and IPv6 are refused or corrupt the datastore's address. */
  join: (address: string, token: string, role: 'manager' | 'worker') => [
    microk8sProgram,
    'join',
    `${address}:${agentPort}/${token}`,
    ...(role === 'worker' ? ['--worker'] : []),
  ],
  start: () => [microk8sProgram, 'start'],
  leave: () => [microk8sProgram, 'leave'],
  removeNode: (name: string, options: { readonly force?: boolean } = {}) => [
    microk8sProgram,
    'remove-node',
    name,
    ...(options.force ? ['--force'] : []),
  ],
  /** One addon a call: several in one are half applied when one of them fails. */
  enable: (addon: string) => [microk8sProgram, 'enable', addon],
} as const;

const joinToken = z.object({ token: z.string().regex(/^[^\s/]{32,}\/[^\s/]{12,}$/) });

/**
 * The token with its fingerprint, from `add-node --format json`. The printed addresses are not used: they follow
 * `hostname -I` and may name a bridge. Undefined where no token was printed.
 */
export function parseJoinToken(stdout: string): string | undefined {
  const read = joinToken.safeParse(parseJson(stdout));
  return read.success ? read.data.token : undefined;
}

export interface Track {
  readonly major: number;
  readonly minor: number;
}

/** The track of a channel such as `1.34/stable`. Strict snaps have other paths and are not understood. */
export function parseTrack(channel: string): Track | undefined {
  const match = /^(\d+)\.(\d+)\//.exec(channel);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** From 1.35 the ingress addon is Traefik with a LoadBalancer service of its own, before that nginx without one. */
export function ingressOf(channel: string): 'nginx' | 'traefik' {
  const track = parseTrack(channel);
  return track !== undefined && (track.major > 1 || track.minor >= 35) ? 'traefik' : 'nginx';
}

/** Undefined where the text is not JSON: MicroK8s answers in plain words with exit code 0 on workers and stopped nodes. */
export function parseJson(text: string): unknown {
  try {
    return parseSafeJson(text);
  } catch {
    return undefined;
  }
}
