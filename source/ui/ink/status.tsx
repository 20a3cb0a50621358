import { Box, render, useInput, useWindowSize } from 'ink';
import { type ReactNode, useEffect, useReducer } from 'react';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { keepHeapSmall } from '../../host/small-heap.ts';
import type { StatusReport } from '../../status/report.ts';
import { useTerminalAgain } from './app/hooks.ts';
import { takeOver } from './first-page/take-over.ts';
import { screenOptions } from './screen.ts';
import { unwatched, type WatchEvent, watch, watchPage } from './watch.ts';
import { Frame } from './widgets/frame.tsx';
import { keysOf } from './widgets/keys.ts';
import { bodyRows } from './widgets/layout.ts';
import { SpansLines } from './widgets/line.tsx';
import { Pager } from './widgets/pager/pager.tsx';
import { type Theme, type ThemeOptions, themeOf } from './widgets/theme.ts';
import { ThemeContext } from './widgets/theme-context.ts';

export interface StatusOptions extends ThemeOptions {
  readonly site: string;
  /** One report after the other, until the screen is left. */
  readonly reports: AsyncIterable<StatusReport>;
  readonly rehearsal?: string;
  /** Where the page is on the screen already: called when Ink has drawn over it. */
  readonly handOver?: () => void;
}

/** `status --watch`: the newest report, over the whole screen. */
export async function runInkStatus(options: StatusOptions): Promise<ExitCode> {
  if (options.handOver) takeOver(process.stdout);
  const app = render(
    <StatusScreen options={options} theme={themeOf(options)} leave={() => app.unmount()} />,
    screenOptions(15, options),
  );
  options.handOver?.();
  keepHeapSmall();
  await app.waitUntilExit();
  return exitCode.done;
}

/** Tells each report as it comes; the answer ends that. */
function follow(reports: StatusOptions['reports'], tell: (event: WatchEvent) => void): () => void {
  let here = true;
  const all = async (): Promise<void> => {
    for await (const report of reports) {
      if (!here) return;
      tell({ type: 'report', report });
    }
  };
  all().catch((error: unknown) => tell({ type: 'failed', why: messageOf(error) }));
  return () => {
    here = false;
  };
}

function StatusScreen(props: {
  readonly options: StatusOptions;
  readonly theme: Theme;
  readonly leave: () => void;
}): ReactNode {
  const { options, theme, leave } = props;
  const size = useWindowSize();
  useTerminalAgain();
  const [state, tell] = useReducer(watch, unwatched);
  useEffect(() => follow(options.reports, tell), [options]);
  useEffect(() => {
    if (state.left) leave();
  }, [state.left, leave]);
  useInput((input, key) => {
    for (const one of keysOf(input, key)) tell({ type: 'key', key: one, size });
  });
  const { parts, body } = watchPage(options, state, size, theme);
  return (
    <ThemeContext value={theme}>
      <Frame {...parts}>
        {state.help ? (
          <Pager state={state.help} width={size.columns} rows={bodyRows(size)} />
        ) : (
          <Box flexDirection="column" flexShrink={0}>
            <SpansLines lines={body} />
          </Box>
        )}
      </Frame>
    </ThemeContext>
  );
}
