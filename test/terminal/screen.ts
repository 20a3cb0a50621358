import { resolve } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const launcher = resolve(import.meta.dirname, '../../bin/kloudspot');

/** ms that a wait lasts at most: it only ends a test that hangs, so it suits a busy machine. */
const patience = 90_000;

/** Keys as a terminal sends them. */
export const keys = {
  enter: '\r',
  escape: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  tab: '\t',
  backspace: '\u007f',
  home: '\u001b[H',
  end: '\u001b[F',
  pageDown: '\u001b[6~',
  ctrlA: '\u0001',
  ctrlC: '\u0003',
  ctrlU: '\u0015',
} as const;

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: string;
  /** Called whenever the emulator has drawn what came; `soFar`: all bytes up to then, of which more may have come. */
  readonly onDrawn?: (screen: Screen, soFar: string) => void;
  /** What comes from these bytes on is drawn by itself, also where a busy machine reads it together with what was before. */
  readonly apart?: string;
}

/** One cell of the screen. */
export interface Cell {
  readonly text: string;
  /** Columns; 0 behind a wide character. */
  readonly width: number;
  /** Number in the palette of 256; undefined: the terminal's own. */
  readonly color: number | undefined;
  readonly background: number | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
}

/** The built program in a real pseudo-terminal, its screen read back from a terminal emulator. */
export class Screen {
  readonly #pty: IPty;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  #exit: number | undefined;
  /** All bytes that the program sent. */
  output = '';

  constructor(args: readonly string[], options: ScreenOptions = {}) {
    const { columns: cols = 80, rows = 24, env = {} } = options;
    this.#terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 5000 });
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !['CI', 'NO_COLOR', 'FORCE_COLOR', 'TERM', 'LANG', 'LC_ALL'].includes(name),
      ),
    );
    this.#pty = spawn(options.command ?? launcher, [...args], {
      cols,
      rows,
      name: env['TERM'] ?? 'xterm-256color',
      env: { ...inherited, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
    });
    this.#pty.onData((data) => {
      const at = options.apart === undefined ? -1 : data.indexOf(options.apart);
      for (const piece of at > 0 ? [data.slice(0, at), data.slice(at)] : [data]) {
        this.output += piece;
        const soFar = this.output;
        this.#terminal.write(piece, () => options.onDrawn?.(this, soFar));
      }
    });
    this.#terminal.onData((reply) => this.#pty.write(reply));
    this.#pty.onExit(({ exitCode }) => {
      this.#exit = exitCode;
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** The screen as a person sees it, without blanks at line ends. */
  text(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from(
      { length: this.#terminal.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
    );
    return lines.join('\n').trimEnd();
  }

  /** Waits until the emulator has drawn all that came. */
  drawn(): Promise<void> {
    return new Promise((done) => this.#terminal.write('', done));
  }

  /** The cells of the screen, row by row, as the terminal emulator holds them. */
  cells(): readonly (readonly Cell[])[] {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, row) => {
      const line = active.getLine(active.viewportY + row);
      return Array.from({ length: this.#terminal.cols }, (_, column): Cell => {
        const cell = line?.getCell(column);
        return {
          text: cell?.getChars() ?? '',
          width: cell?.getWidth() ?? 1,
          color: cell?.isFgDefault() ? undefined : cell?.getFgColor(),
          background: cell?.isBgDefault() ? undefined : cell?.getBgColor(),
          bold: cell?.isBold() !== 0,
          dim: cell?.isDim() !== 0,
          inverse: cell?.isInverse() !== 0,
        };
      });
    });
  }

  /** Sends keys. Several in one call arrive in one read. */
  press(...sequence: readonly string[]): void {
    this.#pty.write(sequence.join(''));
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** Waits until the screen shows it; on expiry fails with the screen as it is. */
  async see(wanted: string | RegExp, within = patience): Promise<string> {
    return this.#until(`to see ${wanted}`, within, (text) =>
      typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text),
    );
  }

  async dontSee(unwanted: string | RegExp, within = patience): Promise<string> {
    return this.#until(
      `no longer to see ${unwanted}`,
      within,
      (text) => !(typeof unwanted === 'string' ? text.includes(unwanted) : unwanted.test(text)),
    );
  }

  async exited(within = patience): Promise<number> {
    const deadline = Date.now() + within;
    while (this.#exit === undefined) {
      if (Date.now() > deadline) throw new Error(`still running after ${within} ms, showing:\n${this.text()}`);
      await pause();
    }
    return this.#exit;
  }

  /** Nothing that the program sends is taken until `goOn`: its writes wait once the buffer of the terminal is full. */
  hold(): void {
    this.#pty.pause();
  }

  goOn(): void {
    this.#pty.resume();
  }

  kill(signal = 'SIGKILL'): void {
    if (this.#exit === undefined) this.#pty.kill(signal);
  }

  async #until(what: string, within: number, holds: (text: string) => boolean): Promise<string> {
    const deadline = Date.now() + within;
    for (;;) {
      const text = this.text();
      if (holds(text)) return text;
      if (this.#exit !== undefined && Date.now() > deadline - within + 500)
        throw new Error(`ended with ${this.#exit} while waiting ${what}, showing:\n${text}`);
      if (Date.now() > deadline) throw new Error(`waited ${within} ms ${what}, but the screen shows:\n${text}`);
      await pause();
    }
  }
}

const pause = () => new Promise((done) => setTimeout(done, 15));
