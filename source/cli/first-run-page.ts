import { glanceRun } from '../app/glance-run.ts';
import { settingsFrom } from '../app/settings.ts';
import { runPage } from '../ui/ink/first-page/run-page.ts';
import { parseWords } from './line/arguments.ts';
import { globalFlags, runOperand } from './line/flags.ts';
import { keepTyped, putOnScreen, type Standing, screenSize } from './line/put-on-screen.ts';
import { forScreen } from './line/terminal.ts';

/**
 * Paints the page of the run that `attach` is called for, before the schemas of its plan and Ink are loaded. Nothing where another face
 * is asked for, or something is wrong with the words or the run: the verb itself says so.
 */
export function paintFirstRunPage(words: readonly string[]): Standing | undefined {
  try {
    const { args, operand } = parseWords(words, { name: 'attach', flags: globalFlags, operand: runOperand });
    const settings = settingsFrom(args);
    if (settings.json || !forScreen(settings)) return undefined;
    const run = glanceRun(settings.files, operand);
    const page = run && runPage(run, settings, screenSize());
    if (page === undefined) return undefined;
    keepTyped();
    return { ...putOnScreen(page), page };
  } catch {
    return undefined;
  }
}
