import { exitCode, Fault } from '../errors/fault.ts';
import { defined } from '../text/defined.ts';

/** A step did not reach its end state. Its words become the `step-failed` event. */
export class StepFault extends Fault {
  override readonly name = 'StepFault';
  readonly tried: string;
  readonly seen: string;
  readonly causes: readonly string[];

  constructor(words: {
    tried: string;
    seen: string;
    where?: string;
    causes?: readonly string[];
    next?: readonly string[];
    cause?: unknown;
  }) {
    super({
      what: `${words.tried}: ${words.seen}`,
      ...defined({ where: words.where }),
      next: words.next ?? [],
      exitCode: exitCode.stepFailed,
      cause: words.cause,
    });
    this.tried = words.tried;
    this.seen = words.seen;
    this.causes = words.causes ?? [];
  }
}
