import * as z from 'zod';
import { parseSafeJson } from '../text/safe-text.ts';
import { agentPort, microk8sFiles, microk8sProgram } from './node.ts';

export { agentPort, apiPort, microk8sFiles, microk8sProgram } from './node.ts';
export { ingressOf } from './tracks.ts';

/** References of images, as `images` prints them. */
export const imageReferences = (stdout: string): ReadonlySet<string> =>
  new Set(stdout.split('\n').map((line) => line.trim()));

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
  /** Needs a datastore that answers. Adds `.tar.gz` where the name lacks it. */
  backup: (file: string) => [microk8sProgram, 'dbctl', 'backup', '-o', file],
  restore: (file: string) => [microk8sProgram, 'dbctl', 'restore', file],
  /** Of one node: `server.crt`, `front-proxy-client.crt` or `ca.crt`. */
  refreshCertificate: (file: string) => [microk8sProgram, 'refresh-certs', '-e', file],
  disable: (addon: string) => [microk8sProgram, 'disable', addon],
  /** After a refresh of the snap the node keeps the copies of the addons that it had. */
  updateAddons: () => [microk8sProgram, 'addons', 'repo', 'update', 'core'],
  /** References of the images that containerd has, one a line. */
  images: () => [microk8sProgram, 'ctr', 'images', 'ls', '-q'],
  /** From its registry, or from the mirror that containerd is told of; `ctr` by itself knows no mirrors. */
  pullImage: (reference: string) => [
    microk8sProgram,
    'ctr',
    'images',
    'pull',
    '--hosts-dir',
    microk8sFiles.mirrors,
    reference,
  ],
  /** Of one archive, as `docker save` writes it. */
  importImage: (file: string) => [microk8sProgram, 'ctr', 'image', 'import', file],
  /** One addon a call: several in one are half applied when one of them fails. */
  enable: (addon: string, ...words: readonly string[]) => [microk8sProgram, 'enable', addon, ...words],
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

/** Undefined where the text is not JSON: MicroK8s answers in plain words with exit code 0 on workers and stopped nodes. */
export function parseJson(text: string): unknown {
  try {
    return parseSafeJson(text);
  } catch {
    return undefined;
  }
}
