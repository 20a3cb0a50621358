// The API server of the cluster on the nodes, asked through any manager that still answers.
// kubectl runs in that manager's network but on this machine's disk, so no address, name or certificate of a test can lead it astray.
import { existsSync } from 'node:fs';
import { quietly } from './hub.ts';
import { at, nodePath } from './place.ts';
import { firstProcess } from './power.ts';
import { nodes, type Outcome, onNode, outcome } from './reach.ts';

const installed = (n: number, ...parts: string[]) => nodePath(n, 'real/var/snap/microk8s/current', ...parts);

/** The first manager whose API answers; members of a cluster come before nodes that are alone. */
export async function livingManager(): Promise<number | undefined> {
  const managers = nodes().filter(
    (n) =>
      firstProcess(n) &&
      existsSync(installed(n, 'credentials/client.config')) &&
      !existsSync(installed(n, 'var/lock/clustered.lock')),
  );
  const alone = (n: number) => Number(!existsSync(installed(n, 'var/lock/no-cert-reissue')));
  for (const n of managers.sort((a, b) => alone(a) - alone(b) || a - b)) {
    const certs = '/var/snap/microk8s/current/certs';
    const { stdout } = await onNode(
      n,
      `curl -sk --max-time 3 --cert ${certs}/client.crt --key ${certs}/client.key https://127.0.0.1:16443/readyz`,
    );
    if (stdout === 'ok') return n;
  }
  return undefined;
}

/** What runs kubectl against one manager's API server. */
export function kubectlWords(n: number): string[] {
  const path = ['nsenter', '-t', String(firstProcess(n)), '-n', '--', at('plane/plane'), 'kubectl'];
  return [
    ...path,
    `--cache-dir=${at('nodes', String(n), 'kubectl-cache')}`,
    '--kubeconfig',
    installed(n, 'credentials/client.config'),
  ];
}

/** The real kubectl, by whichever manager answers, or by one that is named. What it prints; what it complains of is thrown. */
export async function kubectl(words: string[], how: { input?: string; by?: number } = {}): Promise<string> {
  const { code, stdout, stderr } = await tryKubectl(words, how);
  if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: exit ${code}: ${stderr.trim()}`);
  return stdout;
}

/** The same, for a test that wants to see it fail. */
export async function tryKubectl(
  words: string[],
  { input = '', by }: { input?: string; by?: number } = {},
): Promise<Outcome> {
  const n = by ?? (await livingManager());
  if (!n) return { code: 1, stdout: '', stderr: 'no manager of the lab answers\n' };
  const limit = words[0] === 'exec' ? execSeconds : commandSeconds;
  return outcome(quietly({ input })`timeout --kill-after=10 ${limit} ${kubectlWords(n)} ${words}`);
}

/** s after which kubectl is ended, with exit code 124: a stream or a watch whose other end is lost waits without end. */
const execSeconds = 60;
const commandSeconds = 300;
/** timeout(1): it was ended. */
export const lateCode = 124;

/** Objects of the API server. */
export async function objects(...words: string[]): Promise<Kubernetes[]> {
  const found = JSON.parse(await kubectl(['get', ...words, '-o', 'json'])) as Kubernetes & { items?: Kubernetes[] };
  return found.items ?? [found];
}

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind, read by path
type Anything = any;

export interface Kubernetes {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [other: string]: Anything;
  };
  spec?: Anything;
  status?: Anything;
  [other: string]: Anything;
}
