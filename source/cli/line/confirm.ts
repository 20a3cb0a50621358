import type { Settings } from '../../app/settings.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { quote } from '../../text/quote.ts';
import { questionsFor } from './questions.ts';
import { refuseToAsk, type Terminal } from './terminal.ts';

/** Goes on only after a yes. `--yes` is one; without a terminal, or with another answer, throws a `Fault` (exit code 6). */
export async function confirmed(
  question: string,
  verb: string,
  settings: Pick<Settings, 'yes' | 'plain'>,
  terminal: Terminal,
): Promise<void> {
  if (settings.yes) return;
  refuseWithoutTerminal(verb, terminal);
  const yes = await questionsFor(settings, terminal).confirm({ message: question, default: false });
  if (!yes) throw notConfirmed();
}

/**
 * For what cannot be restored: goes on only when the site's name is typed, or was given with `--confirm-data-loss`. `--yes` alone
 * is not enough: it is given by habit.
 */
export async function confirmedByName(
  name: string,
  verb: string,
  given: string | undefined,
  settings: Pick<Settings, 'yes' | 'plain'>,
  terminal: Terminal,
): Promise<void> {
  if (given === name) return;
  const flags = `--yes --confirm-data-loss ${quote(name)}`;
  if (given !== undefined || settings.yes || !terminal.interactive)
    throw dataLoss(name, given, kloudspot(`${verb} ${flags}`));
  const message = `Type the site's name, ${name}, to continue:`;
  const typed = await questionsFor(settings, terminal).input({ message });
  if (typed.trim() !== name) throw notConfirmed(`${typed.trim() || 'Nothing'} is not ${name}.`);
}

/** Of a flag that was given where no data goes: it neither removes anything nor is it needed. */
export const confirmsNothing = (why: string): string => `--confirm-data-loss confirms nothing here: ${why}`;

const dataLoss = (name: string, given: string | undefined, command: string): Fault =>
  new Fault({
    what: given === undefined ? 'This removes data for good.' : `The site is called ${name}, not ${given}.`,
    unchanged: true,
    next: [command],
    exitCode: exitCode.refused,
  });

function refuseWithoutTerminal(verb: string, terminal: Terminal): void {
  if (!terminal.interactive) refuseToAsk(`kloudspot ${verb} asks before it starts.`, kloudspot(`${verb} --yes`));
}

const notConfirmed = (why?: string): Fault =>
  new Fault({ what: 'Not confirmed.', ...defined({ why }), unchanged: true, exitCode: exitCode.refused });
