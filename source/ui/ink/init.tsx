import { render } from 'ink';
import type { ExitCode } from '../../fault/fault.ts';
import { exitCode } from '../../fault/fault.ts';
import { partingLines } from '../parting.ts';
import type { InitSession } from '../session.ts';
import { App } from './app/app.tsx';
import { initialState } from './app/state.ts';
import { World } from './app/world.ts';
import { screenOptions } from './screen.ts';
import { type ThemeOptions, themeOf } from './theme.ts';

/**
 * The wizard on a terminal, from the start page to the summary. Gives back the exit code.
 * What is thrown while drawing is thrown on, after the terminal is as it was: the caller prints it.
 */
export async function runInkInit(session: InitSession, options: ThemeOptions): Promise<ExitCode> {
  const theme = themeOf(options);
  let code: ExitCode = exitCode.interrupted;
  let leave = (): void => undefined;
  const size = { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
  const state = initialState({
    size,
    product: session.product,
    rehearsal: session.rehearsal,
    canRehearse: session.rehearse !== undefined,
  });
  const world = new World(session, state, (asked) => {
    code = asked;
    leave();
  });
  const app = render(<App store={world.store} theme={theme} />, screenOptions(60));
  leave = () => app.unmount();
  try {
    await Promise.all([app.waitUntilExit(), world.start()]);
  } finally {
    await world.close();
  }
  const { run, savedAt, rehearsal } = world.store.state;
  const lines = partingLines({
    draftPath: session.files.draft,
    saved: savedAt !== undefined,
    run: run?.view,
    rehearsal: rehearsal !== undefined,
  });
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return code;
}
