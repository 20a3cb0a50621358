import { setTimeout as wait } from 'node:timers/promises';
import { render } from 'ink';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { keepHeapSmall } from '../../host/small-heap.ts';
import { exitLines } from '../model/exit-message.ts';
import { App } from './app/app.tsx';
import { type Beginning, Controller } from './app/controller.ts';
import { takeOver } from './first-page/take-over.ts';
import { printLines, screenOptions } from './screen.ts';
import { type ThemeOptions, themeOf } from './widgets/theme.ts';

/** ms after the first frame in which keys that were typed ahead are answered: loading the session keeps the screen busy. */
const firstKeysMs = 30;

interface InitOptions extends ThemeOptions, Omit<Beginning, 'size' | 'index'> {
  /** Where the first page is on the screen already, and answers keys. */
  readonly onScreen?: { readonly leaveKeys: () => number; readonly handOver: () => void } | undefined;
}

/**
 * The wizard on a terminal, from the start page to the summary. Returns the exit code.
 * The session is opened once the first page is drawn. What is thrown is thrown on, after the terminal is as it was: the caller prints it.
 */
export async function runInkInit(options: InitOptions): Promise<ExitCode> {
  const theme = themeOf(options);
  let code: ExitCode | undefined;
  const leave = (asked: ExitCode): void => {
    code = asked;
    app.unmount();
  };
  const open: Beginning['open'] = async () => {
    await new Promise((drawn) => setImmediate(drawn));
    await wait(firstKeysMs);
    return options.open();
  };
  const size = { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
  const { onScreen } = options;
  const controller = new Controller({ ...options, index: onScreen?.leaveKeys() ?? 0, size, open }, leave);
  if (onScreen) takeOver(process.stdout);
  const app = render(<App store={controller.store} theme={theme} />, screenOptions(60, theme));
  onScreen?.handOver();
  keepHeapSmall();
  try {
    await Promise.all([app.waitUntilExit(), controller.opened]);
  } finally {
    app.unmount();
    await controller.close();
  }
  sayGoodbye(controller);
  return code ?? exitCode.interrupted;
}

function sayGoodbye({ store }: Controller): void {
  const { run, savedAt, rehearsal, files } = store.state;
  const lines = exitLines({
    place: { files, rehearsal: rehearsal !== undefined },
    saved: savedAt !== undefined,
    run: run?.run.view,
  });
  printLines(lines);
}
