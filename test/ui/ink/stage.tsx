import { EventEmitter } from 'node:events';
import { render } from 'ink';
import type { InitSession } from '../../../source/app/session.ts';
import { App } from '../../../source/ui/ink/app/app.tsx';
import { Controller } from '../../../source/ui/ink/app/controller.ts';
import { themeOf } from '../../../source/ui/ink/widgets/theme.ts';
import { pages } from '../../../source/wizard/pages.ts';

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
export async function stage(session: InitSession, size = { columns: 80, rows: 24 }) {
  const out = new Out(size.columns, size.rows);
  const input = new In();
  const left: number[] = [];
  const { files, rehearsal } = session;
  const start = await session.startFacts();
  const controller = new Controller(
    { size, files, rehearsal, start, canRehearse: false, open: async () => session },
    (code) => left.push(code),
  );
  const app = render(<App store={controller.store} theme={themeOf({ color: false, ascii: false })} />, {
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
  return {
    left,
    /** Everything in one read. */
    type: (text: string) => input.type(text),
    frame: () => out.frame,
    async until(text: string): Promise<string> {
      const until = performance.now() + 300_000;
      while (!out.frame.includes(text)) {
        if (performance.now() > until) throw new Error(`never seen: ${text}\n${out.frame}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return out.frame;
    },
    async end(): Promise<void> {
      app.unmount();
      await controller.close();
    },
  };
}

/** Events of a run whose first step fails, and that waits. */
export const failing = [
  { type: 'run-started', run: '7f3a', plan: 'x', process: 1, owner: 'me', host: 'h', resumed: false },
  { type: 'step-started', step: 'hostname@ks-1', attempt: 1, deadlineMs: 1000 },
  {
    type: 'step-failed',
    step: 'hostname@ks-1',
    tried: 'hostnamectl',
    seen: 'read-only file system',
    causes: ['a dying disk'],
    next: ['dmesg'],
    durationMs: 1000,
  },
  { type: 'run-paused', why: 'A step failed.' },
] as const;

/** From the first page to the review, all checks passed. */
export async function toReview(screen: Awaited<ReturnType<typeof stage>>): Promise<void> {
  screen.type('\r');
  await screen.until('✓ sudo');
  screen.type('n'.repeat(pages.length));
  await screen.until('checks pass. n continues');
  screen.type('n');
  await screen.until('Everything that will happen');
}
