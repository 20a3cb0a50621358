import type { RunHandle } from '../../engine/journal/event.ts';
import { readOrigin } from '../../engine/process/origin.ts';
import { unlessFault } from '../../errors/unless-fault.ts';
import { alsoCalledWith } from '../../text/command.ts';

/**
 * From here on, commands that are printed repeat what a run was called with: after `resume --root DIR` of a rehearsal they are about
 * its simulated nodes, not about real ones. Where that cannot be read nothing is added.
 */
export const repeatFlagsOf = ({ directory }: RunHandle): Promise<void> =>
  unlessFault(
    async () => alsoCalledWith((await readOrigin(directory)).flags),
    () => undefined,
  );
