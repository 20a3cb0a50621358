import { writeSync } from 'node:fs';
import { overview } from './cli/line/overview.ts';
import { verbs } from './cli/verb-table.ts';
import { built, version } from './version.ts';

/** Straight to the descriptor, and nothing else loaded: the help comes in little more than the runtime's own start. */
function print(text: string): void {
  try {
    writeSync(1, text);
  } catch (error) {
    import('./cli/line/closed-output.ts').then(({ outputFailed }) => outputFailed(error));
  }
}

/** The first page of `init` or `attach` is on the screen before what lies behind it is loaded. */
async function begin(): Promise<void> {
  const { paintFirstPage } = first === 'init' ? await import('./cli/first-page.ts') : {};
  const firstPage = await paintFirstPage?.(argv.slice(1));
  const { paintFirstRunPage } = first === 'attach' ? await import('./cli/first-run-page.ts') : {};
  const runPage = paintFirstRunPage?.(argv.slice(1));
  const { dispatch } = await import('./cli/line/dispatch.ts');
  await dispatch(argv, { verbs, version: shown, firstPage, runPage });
}

/** `0.1.0 (0123456789ab, 2026-11-26)`: the commit and its date, where the program was built from a clone. */
const shown = built === '' ? version : `${version} (${built})`;
const argv = process.argv.slice(2);
const [first] = argv;
const isHelp = (word: string | undefined): boolean => word === '--help' || word === '-h';
/** The verb, where its help is all that was asked for: `VERB --help`, `help VERB`. */
const asked = (first === 'help' ? argv.slice(1) : isHelp(argv.at(-1)) ? argv.slice(0, -1) : []).join(' ');
if (first === undefined || (asked === '' && (first === 'help' || isHelp(first)))) print(overview(verbs, version));
else if (first === '--version' || first === '-v') print(`${shown}\n`);
else if (Object.hasOwn(verbs, asked))
  import('./cli/line/help-texts.ts').then(({ helpTexts }) => print(helpTexts[asked] ?? ''));
else begin();
