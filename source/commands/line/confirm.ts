import { createInterface } from 'node:readline/promises';
import { exitCode, Fault } from '../../fault/fault.ts';
import type { Settings } from './flags.ts';
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

/** Without a single control code. */
async function askInALine(question: string, terminal: Terminal): Promise<boolean> {
  const lines = createInterface({ input: terminal.input, output: terminal.output, terminal: false });
  try {
    const answer = await Promise.race([
      lines.question(`${question} (yes or no) [no]: `),
      new Promise<string>((resolve) => lines.once('close', () => resolve(''))),
    ]);
    return /^(y|yes)$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
