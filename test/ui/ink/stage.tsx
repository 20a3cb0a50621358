import { EventEmitter } from 'node:events';
import { render, renderToString } from 'ink';
import { App, Screen } from '../../../source/ui/ink/app/app.tsx';
import type { Command } from '../../../source/ui/ink/app/event.ts';
import { type AppState, initialState } from '../../../source/ui/ink/app/state.ts';
import { update } from '../../../source/ui/ink/app/update.ts';
import { World } from '../../../source/ui/ink/app/world.ts';
import { type KeyPress, press } from '../../../source/ui/ink/keys.ts';
import { ThemeContext, type ThemeOptions, themeOf } from '../../../source/ui/ink/theme.ts';
import type { InitSession } from '../../../source/ui/session.ts';
import { product } from '../sample.ts';

/** A state on its way, without Ink: keys and news go in, commands are noted. */
export class Walk {
  state: AppState;
  readonly commands: Command[] = [];

  constructor(size = { columns: 80, rows: 24 }) {
    this.state = initialState({ size, product, rehearsal: 'healthy', canRehearse: false });
  }

  tell(...events: Parameters<typeof update>[1][]): this {
    for (const event of events) {
      const step = update(this.state, event);
      this.state = step.state;
      this.commands.push(...step.commands);
    }
    return this;
  }

  /** Named keys in angle brackets, everything else character by character: `a10.0.4.21<enter>`. */
  keys(text: string): this {
    return this.tell(...keysIn(text).map((key) => ({ type: 'key' as const, key })));
  }

  shown(options: ThemeOptions = { color: false, ascii: false }): string {
    return drawn(this.state, options);
  }
}

const named = [
  'up',
  'down',
  'left',
  'right',
  'home',
  'end',
  'pageUp',
  'pageDown',
  'enter',
  'escape',
  'tab',
  'backTab',
  'backspace',
  'delete',
] as const;

export function keysIn(text: string): readonly KeyPress[] {
  return [...text.matchAll(/<([a-zA-Z^]+)>|([\s\S])/gu)].map(([, name, character]): KeyPress => {
    if (character !== undefined) return press('character', character);
    const found = named.find((one) => one === name);
    return found ? press(found) : press('control', (name ?? '').slice(1));
  });
}

/** One frame as text. */
export function drawn(state: AppState, options: ThemeOptions = { color: false, ascii: false }): string {
  const theme = themeOf(options);
  return renderToString(
    <ThemeContext value={theme}>
      <Screen state={state} theme={theme} tick={0} />
    </ThemeContext>,
    { columns: state.size.columns },
  );
}

class Out extends EventEmitter {
  readonly isTTY = true;
  columns: number;
  rows: number;
  frame = '';
  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }
  write = (text: string, done?: unknown): boolean => {
    if (text.trim() !== '') this.frame = text;
    if (typeof done === 'function') done();
    return true;
  };
}

class In extends EventEmitter {
  readonly isTTY = true;
  #data: string | null = null;
  type(text: string): void {
    this.#data = text;
    this.emit('readable');
    this.emit('data', text);
  }
  read = (): string | null => {
    const data = this.#data;
    this.#data = null;
    return data;
  };
  setEncoding(): void {}
  setRawMode(): void {}
  resume(): void {}
  pause(): void {}
  ref(): void {}
  unref(): void {}
}

/** The real application on streams of ours. */
export function stage(session: InitSession, size = { columns: 80, rows: 24 }) {
  const out = new Out(size.columns, size.rows);
  const input = new In();
  const left: number[] = [];
  const world = new World(
    session,
    initialState({ size, product: session.product, rehearsal: session.rehearsal, canRehearse: false }),
    (code) => left.push(code),
  );
  const app = render(<App store={world.store} theme={themeOf({ color: false, ascii: false })} />, {
    // The streams do what Ink asks of them; their types ask for far more.
    stdout: Object.assign(Object.create(process.stdout), out, {
      write: out.write,
      on: out.on.bind(out),
      off: out.off.bind(out),
      emit: out.emit.bind(out),
    }),
    stdin: Object.assign(Object.create(process.stdin), input, {
      read: input.read,
      setRawMode: input.setRawMode,
      setEncoding: input.setEncoding,
      resume: input.resume,
      pause: input.pause,
      ref: input.ref,
      unref: input.unref,
      on: input.on.bind(input),
      addListener: input.on.bind(input),
      off: input.off.bind(input),
      removeListener: input.off.bind(input),
    }),
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
  });
  void world.start();
  return {
    world,
    left,
    /** Everything in one read. */
    type: (text: string) => input.type(text),
    frame: () => out.frame,
    async until(text: string): Promise<string> {
      for (let tries = 0; tries < 200; tries += 1) {
        if (out.frame.includes(text)) return out.frame;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`never seen: ${text}\n${out.frame}`);
    },
    async end(): Promise<void> {
      app.unmount();
      await world.close();
    },
  };
}
