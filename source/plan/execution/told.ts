import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import type { LookContext, StateCheck, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { minutes, seconds } from './define.ts';

export interface Question<T> {
  readonly node: string;
  /** Ends the sentence "wait for NODE to report". */
  readonly what: string;
  readonly ask: (host: ReadOnlyHost) => Promise<Answer<T>>;
  readonly causes?: readonly string[];
  readonly next?: readonly string[];
}

/**
 * Asks a node and waits until it answers. Throws `StepFault` where it does not: what acts and undoes never takes silence
 * for "not there". Not for a probe that has to reconnect where the machine is away.
 */
export async function untilTold<T>(context: StepContext, question: Question<T>): Promise<T> {
  const { node, what, ask, causes = [], next = [] } = question;
  const seen: { answer: Answer<T> } = { answer: { answered: false, said: 'no answer' } };
  await context.until({
    for: `${node} to report ${what}`,
    deadline: minutes(2),
    probe: async () => {
      seen.answer = await ask(await context.look(node));
      return { ok: seen.answer.answered, observed: seen.answer.answered ? 'it answers' : seen.answer.said };
    },
    causes,
    next,
  });
  if (seen.answer.answered) return seen.answer.value;
  throw new StepFault({ tried: `ask for ${what}`, seen: seen.answer.said, where: node });
}

/** The same, of the API server of a manager. */
export const told = <T>(context: StepContext, node: string, what: string, ask: Question<T>['ask']): Promise<T> =>
  untilTold(context, {
    node,
    what,
    ask,
    causes: [`the API server of ${node} does not answer`, 'the datastore has no quorum: too many managers are down'],
    next: [`sudo microk8s status on ${node}`],
  });

/** The same, of snapd. */
export const snapdTold = <T>(context: StepContext, node: string, what: string, ask: Question<T>['ask']): Promise<T> =>
  untilTold(context, {
    node,
    what,
    ask,
    causes: ['snapd restarts, or does not run'],
    next: [`systemctl status snapd on ${node}`],
  });

/** What a state check gives where a node did not answer. */
export const silent = (node: string, said: string) =>
  ({ ok: false, silent: true, observed: `${node} says: ${said}` }) as const;

/** The same check, made again for half a minute while what it asks does not answer. */
export async function onceTold(context: LookContext, check: () => Promise<StateCheck>): Promise<StateCheck> {
  const until = context.clock.elapsed() + seconds(30);
  for (let said = ''; ; ) {
    const seen = await check();
    if (!seen.silent || context.clock.elapsed() >= until) return seen;
    if (seen.observed !== said) context.progress(`${seen.observed}; waits for an answer`);
    said = seen.observed;
    await context.clock.sleep(2_000, context.signal);
  }
}
