// A quick way to the API server for what watches it: one long-lived `kubectl proxy` on a socket, moved to another manager when its own dies.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kubernetes, kubectlWords, livingManager } from './api.ts';
import { at } from './place.ts';

const socketPath = at('nodes', 'proxy.sock');
let proxy: ChildProcess | undefined;

/** Asks until there is an API server that answers; throws when it refuses. */
export async function call(
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<{ code: number; answer: Kubernetes & { items?: Kubernetes[] } }> {
  for (;;) {
    try {
      return await once(method, path, body, type);
    } catch {
      await connect();
    }
  }
}

/** All objects at a path; none where the kind is not known. */
export async function list(path: string): Promise<Kubernetes[]> {
  const { code, answer } = await call('GET', path);
  return code === 200 ? (answer.items ?? []) : [];
}

export const patch = (path: string, change: unknown) => call('PATCH', path, change, 'application/merge-patch+json');

export async function create(path: string, object: Kubernetes): Promise<void> {
  const { code, answer } = await call('POST', path, object);
  if (code >= 300 && code !== 409)
    throw new Error(`${object.kind} ${object.metadata.name}: ${answer['message'] ?? code}`);
}

function once(
  method: string,
  path: string,
  body: unknown,
  type: string,
): Promise<{ code: number; answer: Kubernetes }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, method, path, timeout: 5000, headers: { 'content-type': type, accept: 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece) => (text += piece));
        response.on('error', reject);
        response.on('end', () => {
          const code = response.statusCode ?? 0;
          // A group of kinds that no chart has brought yet: the API server says so in plain text.
          if (code === 404 && text[0] !== '{') resolve({ code, answer: { metadata: { name: '' } } });
          else if (code === 502 || code === 503 || code === 504 || text[0] !== '{') reject(new Error(text));
          else resolve({ code, answer: JSON.parse(text) });
        });
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function connect(): Promise<void> {
  proxy?.kill('SIGKILL');
  await sleep(300);
  const n = await livingManager();
  if (!n) return;
  rmSync(socketPath, { force: true });
  const [program = '', ...words] = [...kubectlWords(n), 'proxy', `--unix-socket=${socketPath}`, '--reject-methods=^$'];
  const started = spawn(program, words, { stdio: 'ignore' });
  proxy = started;
  // On a busy machine it takes seconds until it listens: killed before, it never would.
  for (const end = Date.now() + 60_000; !existsSync(socketPath) && started.exitCode === null && Date.now() < end; )
    await sleep(50);
}

process.on('exit', () => proxy?.kill('SIGKILL'));
