import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { Fault } from '../../errors/fault.ts';
import type { Files } from '../../site/files.ts';
import { kloudspot } from '../../text/command.ts';
import { durationWords } from '../../text/duration.ts';
import type { RunOrder } from '../journal/event.ts';
import { answerSchema } from '../journal/event-schema.ts';
import { controlSocket } from './control.ts';

/** Gives a running run an order. Throws a `Fault` when the process no longer listens, or when the order makes no sense just now. */
export async function steerRun(files: Files, id: string, order: RunOrder): Promise<void> {
  const line = await exchange(controlSocket(files, id), JSON.stringify(order)).catch((cause: unknown) => {
    throw new Fault({
      what: `Run ${id} does not listen any more.`,
      why: 'Its process has ended or is gone.',
      next: [`${kloudspot(`attach ${id}`)}  shows how it ended`, `${kloudspot(`resume ${id}`)}  goes on`],
      cause,
    });
  });
  const answer = answerSchema.parse(JSON.parse(line));
  if (!answer.taken) throw new Fault({ what: answer.why, where: `run ${id}` });
}

/** A process that is gone closes the socket at once: this ends the wait only for one that hangs. On a busy machine 10 s were too few, and a Ctrl-C was lost. */
const answerWithin = 60_000;

/** Sends one line and waits for one. */
function exchange(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.setTimeout(answerWithin, () => socket.destroy(new Error(`no answer within ${durationWords(answerWithin)}`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
    // readline hands the socket's errors on; unheard, they would end the program.
    const lines = createInterface({ input: socket }).on('error', reject);
    lines.once('line', (line) => {
      resolve(line);
      socket.end();
    });
    socket.write(`${text}\n`);
  });
}
