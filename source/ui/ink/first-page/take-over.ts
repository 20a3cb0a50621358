import type { WriteStream } from 'node:tty';
import { cellsOf } from '../../../text/width.ts';

const esc = '\u001b';
/** Only modes of the terminal, and no text. */
const modes = new RegExp(`^(?:${esc}\\[\\?[\\d;]+[hl])*$`);
const alternateScreen = `${esc}[?1049h`;
const style = new RegExp(`${esc}\\[[\\d;]*m`, 'g');

/**
 * Lets the first frame of Ink come over a page that is on the alternate screen already: the screen is not entered again, which
 * would clear it, and each line is written over what is there.
 */
export function takeOver(stdout: WriteStream): void {
  const { write } = stdout;
  stdout.write = new Proxy(write, {
    apply: (_, self, [text, ...rest]: readonly unknown[]) => {
      if (typeof text !== 'string') return Reflect.apply(write, self, [text, ...rest]);
      if (modes.test(text)) return Reflect.apply(write, self, [text.replace(alternateScreen, ''), ...rest]);
      stdout.write = write;
      return Reflect.apply(write, self, [overPage(text, stdout.columns), ...rest]);
    },
  });
}

/** A frame from the first line of the screen on; what is behind a line that is shorter goes. */
export function overPage(frame: string, columns: number): string {
  const lines = frame.split('\n').map((line) => {
    const cells = cellsOf(line.replace(style, ''));
    // Erasing in the last cell would erase what was just written there.
    return cells < columns ? `${line}${esc}[K` : line;
  });
  return `${esc}[H${lines.join('\n')}`;
}
