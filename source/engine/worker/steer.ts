import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { Fault } from '../../errors/fault.ts';
import { codeOf, messageOf } from '../../errors/thrown.ts';
import type { Files } from '../../site/files.ts';
import { kloudspot } from '../../text/command.ts';
import { durationWords } from '../../text/duration.ts';
import type { RunOrder } from '../journal/event.ts';
import { answerSchema } from '../journal/event-schema.ts';
import { runProcess } from '../process/run-process.ts';
import { summarizeRun } from '../runs.ts';
import { isAbandoned } from './abandoned.ts';
import { controlSocket } from './control.ts';

/** ms that an order waits for a run that does not listen yet, and then for its answer. On a busy machine 10 s were too few. */
const patience = 60_000;

/**
 * Gives a run an order. Where the run is only being started, or its end is being written, waits for what becomes of it.
 * Throws a `Fault` when the process no longer listens, does not answer, or when the order makes no sense just now.
 */
export async function steerRun(files: Files, id: string, order: RunOrder): Promise<void> {
  const line = await delivered(files, id, JSON.stringify(order)).catch(async (cause: unknown) => {
    throw await unheard(files, id, cause);
  });
  const answer = answerSchema.parse(JSON.parse(line));
  if (!answer.taken) throw new Fault({ what: answer.why, where: `run ${id}` });
}

/** The answer to an order. Sent again only where no one can have heard it. */
async function delivered(files: Files, id: string, text: string): Promise<string> {
  for (const until = performance.now() + patience; ; await wait(50)) {
    try {
      return await exchange(controlSocket(files, id), text);
    } catch (error) {
      const missed = codeOf(error) === 'ENOENT' || codeOf(error) === 'ECONNREFUSED';
      if (!missed || performance.now() > until || !(await goesOn(files, id))) throw error;
    }
  }
}

/** Whether the process of a run lives, or is about to. */
async function goesOn(files: Files, id: string): Promise<boolean> {
  const run = { id, directory: join(files.runs, id) };
  const { state } = await summarizeRun(run);
  return state === 'running' || (state === 'prepared' && !(await isAbandoned(run)));
}

async function unheard(files: Files, id: string, cause: unknown): Promise<Fault> {
  const alive = await goesOn(files, id).catch(() => false);
  const number = (await runProcess(join(files.runs, id)).catch(() => undefined))?.process;
  if (alive && number !== undefined)
    return new Fault({
      what: `Run ${id} did not accept the command.`,
      why: `Its process ${number} is alive but does not answer: ${messageOf(cause)}.`,
      next: [
        `kill -CONT ${number}  wakes it, if someone has stopped it`,
        `kill ${number}  ends the run after the running steps; ${kloudspot(`attach ${id}`)}  shows it`,
      ],
      cause,
    });
  return new Fault({
    what: `Run ${id} no longer accepts commands.`,
    why: 'Its process has ended.',
    next: [`${kloudspot(`attach ${id}`)}  shows how it ended`, `${kloudspot(`resume ${id}`)}  continues it`],
    cause,
  });
}

/** Sends one line and waits for one. */
function exchange(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.setTimeout(patience, () => socket.destroy(new Error(`no answer within ${durationWords(patience)}`)));
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
