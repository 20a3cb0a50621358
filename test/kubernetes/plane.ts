import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { at } from '../lab/place.ts';
import { foundHelm } from '../product/rendered-chart.ts';

const plane = at('plane/plane');

/** Whether the lab has built its control plane, which is one program. */
export const hasPlane = foundHelm !== undefined && existsSync(plane);

/** What the name of a test ends with that runs it. */
export const needsPlane = "(needs the lab's control plane: node test/lab/lab.ts build)";

/** A real API server with RBAC and etcd, without nodes. Who logs in with the token `token-NAME` is NAME. */
export interface Plane {
  readonly folder: string;
  readonly port: number;
  /** Holds `kubectl` and `helm`. */
  readonly programs: string;
  /** A kubeconfig of this user. */
  kubeconfigOf(name: string, token?: string): Promise<string>;
  admin(
    words: readonly string[],
    input?: string,
  ): Promise<{ readonly stdout: string; readonly code: number | undefined }>;
  close(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const place = server.address();
      server.close(() => resolve(typeof place === 'object' ? (place?.port ?? 0) : 0));
    });
  });

/** Starts it. `more`: further arguments of the API server. `users`: beside `admin`. */
export async function startPlane({
  users = [],
  more = () => [],
}: {
  users?: readonly string[];
  more?: (folder: string) => readonly string[];
} = {}): Promise<Plane> {
  const folder = await mkdtemp(join(tmpdir(), 'plane-'));
  const programs = join(folder, 'bin');
  await mkdir(programs);
  await writeFile(join(programs, 'kubectl'), `#!/bin/sh\nexec ${plane} kubectl "$@"\n`, { mode: 0o755 });
  await symlink(foundHelm ?? '', join(programs, 'helm'));
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  await writeFile(join(folder, 'key'), privateKey, { mode: 0o600 });
  const tokens = users.map((name, index) => `token-${name},${name},${index + 2}\n`);
  await writeFile(join(folder, 'tokens'), ['token-admin,admin,1,system:masters\n', ...tokens].join(''));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const etcd = `http://127.0.0.1:${client}`;
  const options = { cwd: folder, stdin: 'ignore', reject: false, all: true, maxBuffer: 200_000 } as const;
  const datastore = [
    ...['etcd', '--data-dir', join(folder, 'etcd'), '--listen-client-urls', etcd, '--advertise-client-urls', etcd],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
  ];
  const server = [
    ...['apiserver', '--etcd-servers', etcd, '--secure-port', String(port), '--bind-address', '127.0.0.1'],
    ...['--cert-dir', join(folder, 'certs'), '--token-auth-file', join(folder, 'tokens')],
    ...['--authorization-mode', 'RBAC', '--service-cluster-ip-range', '10.96.0.0/16'],
    ...['--service-account-issuer', 'https://test', '--service-account-key-file', join(folder, 'key')],
    ...['--service-account-signing-key-file', join(folder, 'key'), '--disable-admission-plugins', 'ServiceAccount'],
    ...more(folder),
  ];
  const running = [execa(plane, datastore, options), execa(plane, server, options)];
  let ended: string | undefined;
  for (const one of running)
    void one.then(({ all }) => {
      ended = String(all).slice(-2_000);
    });
  const kubeconfigOf = async (name: string, token = `token-${name}`) => {
    const file = join(folder, `${name}.kubeconfig`);
    const cluster = { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
    const text = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster }],
      users: [{ name, user: { token } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: name } }],
      'current-context': 'x',
    };
    await writeFile(file, stringify(text), { mode: 0o600 });
    return file;
  };
  const kubectl = join(programs, 'kubectl');
  const admin = async (words: readonly string[], input = '') => {
    const whole = ['--kubeconfig', await kubeconfigOf('admin'), ...words];
    const { stdout, stderr, exitCode } = await execa(kubectl, whole, { input, reject: false });
    return { stdout: `${stdout}${exitCode === 0 ? '' : stderr}`, code: exitCode };
  };
  for (;;) {
    if ((await admin(['get', '--raw', '/readyz'])).code === 0) break;
    if (ended !== undefined) throw new Error(`the API server or etcd has ended: ${ended}`);
    await wait(300);
  }
  return {
    folder,
    port,
    programs,
    kubeconfigOf,
    admin,
    async close() {
      for (const one of running) one.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
