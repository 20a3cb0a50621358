import { type Instance, render } from 'ink';
import type { InitSession } from '../../app/session.ts';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { exitLines } from '../model/exit-message.ts';
import { App } from './app/app.tsx';
import { Controller } from './app/controller.ts';
import { printLines, screenOptions } from './screen.ts';
import { OpeningScreen } from './screens/start/opening.tsx';
import { type ThemeOptions, themeOf } from './widgets/theme.ts';

type InitOptions = ThemeOptions & { readonly rehearsal: string | undefined };

/**
 * The wizard on a terminal, from the start page to the summary. Gives back the exit code.
 * The session is opened once the first page is drawn. What is thrown is thrown on, after the terminal is as it was: the caller prints it.
 */
export async function runInkInit(openSession: () => Promise<InitSession>, options: InitOptions): Promise<ExitCode> {
  const theme = themeOf(options);
  let code: ExitCode | undefined;
  const leave = (asked: ExitCode): void => {
    code = asked;
    app.unmount();
  };
  const app = render(
    <OpeningScreen rehearsal={options.rehearsal} theme={theme} leave={() => leave(exitCode.interrupted)} />,
    screenOptions(60),
  );
  const open = async (): Promise<Controller> => {
    // The first page is drawn before anything is read.
    await new Promise((drawn) => setImmediate(drawn));
    const size = { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
    return new Controller(await openSession(), size, leave);
  };
  const opened = open();
  try {
    const drawn = opened.then((controller) =>
      code === undefined ? drawnBy(app, controller, <App store={controller.store} theme={theme} />) : undefined,
    );
    await Promise.all([app.waitUntilExit(), drawn]);
  } finally {
    app.unmount();
    await opened.then(
      (controller) => controller.close(),
      () => undefined,
    );
  }
  sayGoodbye(await opened);
  return code ?? exitCode.interrupted;
}

async function drawnBy(
  app: Instance,
  controller: Controller,
  page: Parameters<Instance['rerender']>[0],
): Promise<void> {
  app.rerender(page);
  await controller.start();
}

function sayGoodbye({ store, files }: Controller): void {
  const { run, savedAt, rehearsal } = store.state;
  const lines = exitLines({
    place: { files, rehearsal: rehearsal !== undefined },
    saved: savedAt !== undefined,
    run: run?.run.view,
  });
  printLines(lines);
}
