import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import type { StateCheck, StepContext, Wait } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { minutes, seconds } from './define.ts';

/** Asks a node and waits until it answers. Throws `StepFault` where it does not: what acts and undoes never takes silence for "not there". */
export async function told<T>(
  context: StepContext,
  node: string,
  what: string,
  ask: (host: ReadOnlyHost) => Promise<Answer<T>>,
  advice: Pick<Wait, 'causes' | 'next'> = apiAdvice(node),
): Promise<T> {
  const seen: { answer: Answer<T> } = { answer: { answered: false, said: 'no answer' } };
  await context.until({
    for: `${node} to report ${what}`,
    deadline: minutes(2),
    probe: async () => {
      seen.answer = await ask(await context.look(node));
      return { ok: seen.answer.answered, observed: seen.answer.answered ? 'it answers' : seen.answer.said };
    },
    ...advice,
  });
  if (seen.answer.answered) return seen.answer.value;
  throw new StepFault({ tried: `ask for ${what}`, seen: seen.answer.said, where: node });
}

const apiAdvice = (node: string) => ({
  causes: [`the API server of ${node} does not answer`, 'the datastore has no quorum: too many managers are down'],
  next: [`sudo microk8s status on ${node}`],
});

/** For what snapd is asked. */
export const snapdAdvice = (node: string) => ({
  causes: ['snapd restarts, or does not run'],
  next: [`systemctl status snapd on ${node}`],
});

/** What a state check gives where a node did not answer. */
export const silent = (node: string, said: string) =>
  ({ ok: false, silent: true, observed: `${node} says: ${said}` }) as const;

/** The same check, made again for half a minute while what it asks does not answer. */
export async function onceTold(context: StepContext, check: () => Promise<StateCheck>): Promise<StateCheck> {
  const until = context.clock.elapsed() + seconds(30);
  for (;;) {
    const seen = await check();
    if (!seen.silent || context.clock.elapsed() >= until) return seen;
    context.progress(`${seen.observed}; waits for an answer`);
    await context.clock.sleep(2_000, context.signal);
  }
}
