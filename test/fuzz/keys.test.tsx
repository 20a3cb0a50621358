import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { FakeSession } from '../ui/fake-session.ts';
import { failing, stage, toReview } from '../ui/ink/stage.tsx';
import { wholeDraft } from '../ui/sample.ts';
import { tries } from './damage.ts';

let open: Awaited<ReturnType<typeof stage>> | undefined;
afterEach(() => open?.end());

const key = fc.oneof(
  fc.constantFrom(
    '\r',
    '\t',
    '\u001b',
    '\u007f',
    '\u001b[A',
    '\u001b[B',
    '\u001b[C',
    '\u001b[D',
    '\u001b[5~',
    '\u001b[6~',
  ),
  fc.constantFrom('\u001b[H', '\u001b[F', '\u0015', '\u0001', '\u001b[200~10.0.4.9\n\u001b[201~', '\u001b[Z', '\u0000'),
  fc.string({ minLength: 1, maxLength: 3, unit: 'grapheme' }),
  fc.constantFrom('n', 'b', 'a', 'r', 's', 'u', 'z', '?', '/', 'f', 'd', 'o', '1', '7', 'v', 'x'),
);

/** The page where random keys begin. */
type Screen = Awaited<ReturnType<typeof stage>>;
const reached: readonly [string, (screen: Screen) => Promise<void>][] = [
  ['first page', async () => undefined],
  ['review', async (screen) => toReview(screen)],
  [
    'run, after a failed step',
    async (screen) => {
      await toReview(screen);
      screen.type('berlin\r');
      await screen.until('read-only file system');
    },
  ],
];

it.each(reached)('whatever is typed on the %s, the screens stay drawn', async (_, reach) => {
  const runs = { ...tries, numRuns: Math.ceil(tries.numRuns / 80) };
  await fc.assert(
    fc.asyncProperty(fc.array(key, { minLength: 20, maxLength: 60 }), async (keys) => {
      const screen = await stage(new FakeSession({ first: wholeDraft, events: failing }), { columns: 80, rows: 24 });
      open = screen;
      await screen.until('New site');
      await reach(screen);
      for (const one of keys) screen.type(one);
      // Everything typed is taken up once the screen has been drawn after it.
      await new Promise((resolve) => setImmediate(resolve));
      const frame = screen.frame();
      expect(frame).not.toMatch(/ERROR|TypeError|undefined/);
      expect(frame.split('\n').length).toBeLessThanOrEqual(25);
      await screen.end();
    }),
    runs,
  );
});
