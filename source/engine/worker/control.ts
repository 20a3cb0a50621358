import { createHash } from 'node:crypto';
import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Fault } from '../../errors/fault.ts';
import { makeFolder } from '../../host/make-folder.ts';
import type { Files } from '../../site/files.ts';
import type { RunOrder } from '../journal/event.ts';
import { type OrderAnswer, orderSchema } from '../journal/event-schema.ts';

/** Bytes of a socket's path on Linux and macOS, the shorter of both, its end mark left out: https://man7.org/linux/man-pages/man7/unix.7.html */
const longestPath = 103;

/** Where a run listens. A path that is too long for a socket gives way to a short one that the same root and run lead to. */
export function controlSocket(files: Files, id: string): string {
  const path = join(files.sockets, `${id}.sock`);
  if (Buffer.byteLength(path) <= longestPath) return path;
  const short = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join('/tmp', `kloudspot-${userInfo().uid}`, `${short}.sock`);
}

export interface ControlServer {
  close(): Promise<void>;
}

/** Listens for orders, one JSON object a line, each answered with one line. Only the run's own user can connect. */
export async function listenForOrders(path: string, take: (order: RunOrder) => OrderAnswer): Promise<ControlServer> {
  await makePrivateFolder(dirname(path));
  // Only the holder of the lock comes here: what lies there was left by a process that is gone.
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const lines = createInterface({ input: socket }).on('error', () => socket.destroy());
    lines.on('line', (line) => socket.write(`${JSON.stringify(answer(line, take))}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    close: async () => {
      for (const socket of sockets) socket.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(path, { force: true });
    },
  };
}

function answer(line: string, take: (order: RunOrder) => OrderAnswer): OrderAnswer {
  try {
    const order = orderSchema.safeParse(JSON.parse(line));
    return order.success ? take(order.data) : { taken: false, why: 'A run does not know that command.' };
  } catch {
    return { taken: false, why: 'That is not JSON.' };
  }
}

async function makePrivateFolder(path: string): Promise<void> {
  makeFolder(path, 0o700);
  // Not where a link leads: in /tmp someone else may have laid it. A link's own mode is 0777.
  const { uid, mode } = await lstat(path);
  const own = userInfo().uid;
  if (own === -1 || (uid === own && (mode & 0o022) === 0)) return;
  const foreign = uid !== own;
  throw new Fault({
    what: `The folder for the control socket ${foreign ? 'belongs to another user' : 'can be written by others'}: ${path}`,
    where: path,
    why: foreign ? `Its owner has the user id ${uid}, this run ${own}.` : `Its mode is ${(mode & 0o777).toString(8)}.`,
    next: [foreign ? `Remove it: rm -r ${path}` : `chmod go-w ${path}`],
  });
}
