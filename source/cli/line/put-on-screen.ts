import { writeSync } from 'node:fs';
import { backFromScreen, intoAlternateScreen } from '../../ui/ink/first-page/painter.ts';

/**
 * Shows a painted page on a screen of its own. What is typed from now on is kept, not shown over it. Gives what to call once
 * someone else puts the terminal back.
 */
export function putOnScreen(page: string): () => void {
  process.stdin.setRawMode(true);
  const handOver = restoreAtEnd();
  writeSync(1, intoAlternateScreen + page);
  return handOver;
}

const deadly = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Puts the terminal back should the program end before the pages are there. Gives what calls that off. */
function restoreAtEnd(): () => void {
  const restore = (): void => {
    process.stdin.setRawMode(false);
    writeSync(1, backFromScreen);
  };
  const killed = (signal: (typeof deadly)[number]): void => {
    handOver();
    restore();
    process.kill(process.pid, signal);
  };
  const handOver = (): void => {
    process.off('exit', restore);
    for (const signal of deadly) process.off(signal, killed);
  };
  process.once('exit', restore);
  for (const signal of deadly) process.once(signal, killed);
  return handOver;
}
