import type { RenderOptions } from 'ink';
import { printed } from '../../text/width.ts';
import { asciiOutput, type ThemeOptions } from './widgets/theme.ts';

/**
 * How every screen of ours is drawn: on the alternate screen, only what changed, Ctrl-C ours to answer.
 * `interactive` is said outright because Ink goes silent where CI is in the environment.
 */
export function screenOptions(maxFps: number, { ascii }: Pick<ThemeOptions, 'ascii'>): RenderOptions {
  return {
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    maxFps,
    patchConsole: true,
    ...(ascii ? { stdout: asciiStream(process.stdout) } : {}),
  };
}

/** The terminal as Ink writes to it, with nothing but ASCII: Ink marks a line that it cuts with a sign of its own. */
export function asciiStream<Stream extends Pick<NodeJS.WriteStream, 'write'>>(stream: Stream): Stream {
  return new Proxy(stream, {
    get: (target, key) => {
      if (key === 'write')
        return (text: unknown, ...rest: readonly unknown[]) =>
          Reflect.apply(target.write, target, [typeof text === 'string' ? asciiOutput(text) : text, ...rest]);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Prints lines after the screen is gone, broken between words. */
export function printLines(lines: readonly string[]): void {
  const width = process.stdout.columns || 80;
  process.stdout.write(
    lines
      .flatMap((line) => printed(line, width))
      .map((line) => `${line}\n`)
      .join(''),
  );
}
