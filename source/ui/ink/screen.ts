import type { RenderOptions } from 'ink';
import { folded } from '../../text/width.ts';

/**
 * How every screen of ours is drawn: on the alternate screen, only what changed, Ctrl-C ours to answer.
 * `interactive` is said outright because Ink goes silent where CI is in the environment.
 */
export function screenOptions(maxFps: number): RenderOptions {
  return {
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    maxFps,
    patchConsole: true,
  };
}

/** Prints lines after the screen is gone, broken between words. */
export function printLines(lines: readonly string[]): void {
  const width = process.stdout.columns || 80;
  process.stdout.write(
    lines
      .flatMap((line) => folded(line, width))
      .map((line) => `${line}\n`)
      .join(''),
  );
}
