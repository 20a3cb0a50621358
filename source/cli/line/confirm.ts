import { createInterface } from 'node:readline/promises';
import type { Settings } from '../../app/settings.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { questions } from './questions.ts';
import { refuseToAsk, type Terminal } from './terminal.ts';

/** Goes on only after a yes. `--yes` is one; without a terminal, or with another answer, throws a `Fault` (exit code 6). */
export async function confirmed(
  question: string,
  verb: string,
  settings: Pick<Settings, 'yes' | 'plain'>,
  terminal: Terminal,
): Promise<void> {
  if (settings.yes) return;
  if (!terminal.interactive) refuseToAsk(`kloudspot ${verb} asks before it begins.`, `kloudspot ${verb} --yes`);
  const plain = settings.plain || !terminal.capable;
  const yes = plain
    ? await askInALine(question, terminal)
    : await questions.confirm({ message: question, default: false });
  if (yes) return;
  throw new Fault({ what: 'Not confirmed.', next: ['Nothing was changed.'], exitCode: exitCode.refused });
}

/** For what cannot be had back: goes on only when the site's name is typed. `--yes` stands for it. */
export async function confirmedByName(
  name: string,
  verb: string,
  settings: Pick<Settings, 'yes' | 'plain'>,
  terminal: Terminal,
): Promise<void> {
  if (settings.yes) return;
  if (!terminal.interactive) refuseToAsk(`kloudspot ${verb} asks before it begins.`, `kloudspot ${verb} --yes`);
  const question = `Type the site's name, ${name}, to go on`;
  const plain = settings.plain || !terminal.capable;
  const typed = plain
    ? await answerInALine(`${question}: `, terminal)
    : await questions.input({ message: `${question}:` });
  if (typed.trim() === name) return;
  throw new Fault({ what: 'Not confirmed.', next: ['Nothing was changed.'], exitCode: exitCode.refused });
}

async function askInALine(question: string, terminal: Terminal): Promise<boolean> {
  return /^(y|yes)$/i.test((await answerInALine(`${question} (yes or no) [no]: `, terminal)).trim());
}

/** Without a single control code. */
async function answerInALine(question: string, terminal: Terminal): Promise<string> {
  const lines = createInterface({ input: terminal.input, output: terminal.output, terminal: false });
  try {
    return await Promise.race([
      lines.question(question),
      new Promise<string>((resolve) => lines.once('close', () => resolve(''))),
    ]);
  } finally {
    lines.close();
  }
}
