import type { StateCheck, StepContext } from '../step.ts';
import { minutes } from './define.ts';

/**
 * Waits until a check no longer holds and gives what was seen then. Each undo ends with it, so that no exit code stands for its end
 * state. Throws `StepFault` where the check still holds, or where what it asks does not answer: silence is not gone. `deadline`: ms.
 */
export async function untilGone(
  context: StepContext,
  check: () => Promise<StateCheck>,
  deadline = minutes(1),
): Promise<string> {
  let seen = '';
  await context.until({
    for: 'what the step changed to be gone',
    deadline,
    probe: async () => {
      const { ok, silent, observed } = await check();
      seen = observed;
      return { ok: !ok && silent !== true, observed };
    },
    causes: ['All commands of the undo succeeded, but what the step changed is still there.'],
  });
  return seen;
}

/** What an undo gives that has nothing to do. */
export const madeNothing = 'the step made nothing';
