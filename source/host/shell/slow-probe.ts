import type { FaultWords } from '../../errors/fault.ts';
import { measuredDuration } from '../../text/duration.ts';
import { probeLimit } from './login-probe.ts';

/** The words for a machine that let us in, but did not answer the probe within our own limit. */
export function slowProbe(machine: string): FaultWords {
  return {
    what: `${machine} did not report within ${measuredDuration(probeLimit)} what sudo allows.`,
    why: 'This is the time limit of kloudspot. Most often sudo waits for name servers that do not answer.',
    next: ['Check the name servers there: resolvectl status. A line for its own name in /etc/hosts helps, too.'],
  };
}
