import { writeSync } from 'node:fs';
import { backFromScreen, intoAlternateScreen } from '../../ui/ink/first-page/painter.ts';
import type { Size } from '../../ui/ink/widgets/layout.ts';

/** Who puts the terminal back. Each may be called again, and after the other: only the first call counts. */
export interface Screen {
  /** Someone else does from now on. */
  readonly handOver: () => void;
  /** Now, so that a failure is told on the screen from which the program was called. */
  readonly giveBack: () => void;
}

/** A page that was painted from less than is known now. */
export interface Standing extends Screen {
  readonly page: string;
}

/** What is typed from now on is kept for the page, not shown over it. */
export function keepTyped(): void {
  process.stdin.setRawMode(true);
}

/** Shows a painted page on a screen of its own. `keepTyped` comes first. */
export function putOnScreen(page: string): Screen {
  const screen = restoreAtEnd();
  writeSync(1, intoAlternateScreen + page);
  return screen;
}

export function screenSize(): Size {
  const { columns = 80, rows = 24 } = process.stdout;
  return { columns, rows };
}

/**
 * Shows a page that is painted at once, until `draw` draws over it; a page that is left to Ink comes with it. `standing`: the
 * page as it was painted before.
 */
export async function paintedFirst<Result>(
  paint: (size: Size) => string | undefined,
  draw: (painted: Partial<Pick<Screen, 'handOver'>>) => Promise<Result>,
  standing?: Standing,
): Promise<Result> {
  const page = paint(screenSize());
  if (page === undefined) {
    standing?.giveBack();
    return draw({});
  }
  if (standing === undefined) keepTyped();
  else if (standing.page !== page) writeSync(1, page);
  const { handOver, giveBack } = standing ?? putOnScreen(page);
  try {
    return await draw({ handOver });
  } finally {
    giveBack();
  }
}

const deadly = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Puts the terminal back should the program end before the pages are there. */
function restoreAtEnd(): Screen {
  let ours = true;
  const giveBack = (): void => {
    if (!ours) return;
    handOver();
    process.stdin.setRawMode(false);
    writeSync(1, backFromScreen);
  };
  const killed = (signal: (typeof deadly)[number]): void => {
    giveBack();
    process.kill(process.pid, signal);
  };
  const handOver = (): void => {
    ours = false;
    process.off('exit', giveBack);
    for (const signal of deadly) process.off(signal, killed);
  };
  process.once('exit', giveBack);
  for (const signal of deadly) process.once(signal, killed);
  return { handOver, giveBack };
}
