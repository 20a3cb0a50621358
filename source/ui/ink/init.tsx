import { render } from 'ink';
import type { InitSession } from '../../app/session.ts';
import type { ExitCode } from '../../errors/fault.ts';
import { exitCode } from '../../errors/fault.ts';
import { partingLines } from '../model/exit-message.ts';
import { App } from './app/app.tsx';
import { World } from './app/world.ts';
import { screenOptions } from './screen.ts';
import { type AppState, initialState, noProduct } from './store/state.ts';
import { type ThemeOptions, themeOf } from './widgets/theme.ts';

/**
 * The wizard on a terminal, from the start page to the summary. Gives back the exit code.
 * The session is opened once the first page stands. What is thrown is thrown on, after the terminal is as it was: the caller prints it.
 */
export async function runInkInit(
  openSession: () => Promise<InitSession>,
  options: ThemeOptions & { readonly rehearsal: string | undefined },
): Promise<ExitCode> {
  const theme = themeOf(options);
  let code: ExitCode = exitCode.interrupted;
  let leave = (): void => undefined;
  const { rehearsal } = options;
  const size = { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
  const state = initialState({ size, product: noProduct, rehearsal, canRehearse: rehearsal === undefined });
  const firstPage = Promise.withResolvers<void>();
  const session = firstPage.promise.then(openSession);
  const world = new World(session, state, (asked) => {
    code = asked;
    leave();
  });
  const app = render(<App store={world.store} theme={theme} />, screenOptions(60));
  leave = () => app.unmount();
  setImmediate(firstPage.resolve);
  try {
    await Promise.all([app.waitUntilExit(), world.start()]);
  } finally {
    app.unmount();
    await world.close();
  }
  sayGoodbye(world.store.state, (await session).files.draft);
  return code;
}

function sayGoodbye({ run, savedAt, rehearsal }: AppState, draftPath: string): void {
  const lines = partingLines({
    draftPath,
    saved: savedAt !== undefined,
    run: run?.view,
    rehearsal: rehearsal !== undefined,
  });
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
