import { exitCode, Fault } from '../errors/fault.ts';
import type { Observation } from '../status/observation.ts';
import { kloudspot } from '../text/command.ts';

/** The API has answered, and not this. Exit code 4. */
export const untold = (node: string, what: string, said: string): Fault =>
  new Fault({
    what: `The cluster answers, but does not tell ${what}.`,
    where: node,
    why: `${said}\nA plan would take it for nothing: data and quorum are judged by it.`,
    unchanged: true,
    next: [`${kloudspot('status')}  shows whether the cluster answers again. Then run the same command.`],
    exitCode: exitCode.stepFailed,
  });

/** Throws `Fault` (exit code 4) where the API answers and has not told what of the product is installed and runs. */
export function refuseUntold({ through, releaseAsked, workloads, pods }: Observation): void {
  if (through === undefined) return;
  const late = 'It was not listed in time.';
  if (!releaseAsked) throw untold(through, 'which releases Helm has installed', late);
  if (workloads === undefined || pods === undefined) throw untold(through, 'the parts of the product', late);
}
