import { openChange, runningTask, snap } from '../../microk8s/snap.ts';
import type { LookContext } from '../step.ts';

/** ms between two looks at what snapd does. */
const every = 5_000;

interface Place {
  readonly context: LookContext;
  readonly node: string;
  /** The snap whose change is followed. */
  readonly name: string;
}

/**
 * Tells what snapd does while `work` waits for its change. The client prints nothing of it where no terminal is attached (snapd's
 * progress.MakeProgressBar); `snap tasks` shows how much of a download is there.
 */
export async function withSnapProgress<Result>(place: Place, work: () => Promise<Result>): Promise<Result> {
  const enough = new AbortController();
  const telling = tell(place, AbortSignal.any([enough.signal, place.context.signal])).catch(() => undefined);
  try {
    return await work();
  } finally {
    enough.abort();
    await telling;
  }
}

async function tell({ context, node, name }: Place, signal: AbortSignal): Promise<void> {
  const ask = async (words: readonly string[]): Promise<string> => {
    const host = await context.look(node);
    return (await host.run(words, { sudo: true, deadline: 20_000, signal })).stdout;
  };
  let told = '';
  for (;;) {
    await context.clock.sleep(every, signal);
    // A look that fails says nothing: what is wrong with the machine, the work itself says.
    const task = await ask(snap.changes(name))
      .then((text) => openChange(text))
      .then(async (change) => change && runningTask(await ask(snap.tasks(change.id))))
      .catch(() => undefined);
    signal.throwIfAborted();
    if (task !== undefined && task.summary !== told) context.progress(task.summary, task.fraction);
    told = task?.summary ?? told;
  }
}
