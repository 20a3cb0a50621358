import { afterEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../../source/errors/fault.ts';
import { FakeSession } from '../fake-session.ts';
import { keyOf, placeOf } from '../page-places.ts';
import { wholeDraft } from '../sample.ts';
import { failing, stage, toReview } from './stage.tsx';

let open: Awaited<ReturnType<typeof stage>> | undefined;
afterEach(() => open?.end());

const begin = async (session = new FakeSession({ first: wholeDraft }), size?: { columns: number; rows: number }) => {
  open = await stage(session, size);
  await open.until('New site');
  return open;
};

describe('on a terminal', () => {
  it('five Downs and an Enter in one read choose the last row', async () => {
    const screen = await begin();
    screen.type('\u001b[B\u001b[B\u001b[B\u001b[B\u001b[B\r');
    await expect.poll(() => screen.left).toEqual([6]);
  });

  it('says on the start page what could not be read', async () => {
    const session = new FakeSession({ first: wholeDraft });
    session.notices.push('operator.json could not be read.');
    session.damaged = new Fault({ what: 'The unfinished draft cannot be read.', next: ['It is kept as x.unreadable'] });
    const screen = await begin(session);
    const shown = await screen.until('could not be read');
    expect(shown).toContain('The unfinished draft cannot be read.');
    expect(shown).toContain('kept as x.unreadable');
  });

  it('opens, types and takes a field in one read, and saves it', async () => {
    const session = new FakeSession({ first: wholeDraft });
    const screen = await begin(session);
    screen.type('\r');
    await screen.until('Which machines');
    screen.type('\r\u0015munich\r');
    await screen.until('site munich');
    await expect.poll(() => session.saved.at(-1)?.name).toBe('munich');
    expect(await screen.until('saved')).toContain('saved');
  });

  it('a pasted list becomes rows', async () => {
    const screen = await begin();
    screen.type('\r');
    await screen.until('Which machines');
    screen.type('a');
    await screen.until(' done');
    screen.type('\u001b[200~10.0.4.31\n10.0.4.32\n\u001b[201~');
    await screen.until('10.0.4.31 10.0.4.32');
    screen.type('\r');
    expect(await screen.until('ks-w2')).toContain('10.0.4.32');
  });

  it('walks from the first page to a finished run', async () => {
    const session = new FakeSession({
      first: wholeDraft,
      events: [
        ...failing,
        { type: 'step-done', step: 'hostname@ks-1', outcome: 'changed', seen: 'ok', durationMs: 1000 },
        { type: 'run-ended', outcome: 'done', why: 'Everything is done.' },
      ],
    });
    const screen = await begin(session);
    await toReview(screen);
    await screen.until('Everything that will happen: 8 steps');
    screen.type('berlin\r');
    expect(await screen.until('read-only file system')).toContain('likely: a dying disk');
    vi.spyOn(session, 'steer').mockRejectedValueOnce(new Fault({ what: 'Other steps still run.' }));
    screen.type('r');
    await screen.until('Other steps still run.');
    screen.type('r');
    expect(await screen.until('berlin is running.')).toContain('kloudspot status');
    expect(session.orders).toEqual([{ order: 'retry', step: 'hostname@ks-1' }]);
    expect(session.asked).toEqual(['begin']);
    screen.type('q');
    await expect.poll(() => screen.left).toEqual([0]);
  });

  it('a site whose name was not typed is not begun', async () => {
    const session = new FakeSession({ first: wholeDraft });
    const screen = await begin(session);
    await toReview(screen);
    screen.type('bBerlin\r');
    await screen.until('Berlin is not berlin: nothing was started.');
    expect(session.asked).toEqual([]);
  });

  it('remembers the page for the next time, and copies a draft before it is replaced', async () => {
    const session = new FakeSession({ first: wholeDraft, draft: { draft: wholeDraft, savedAt: new Date(0) } });
    const screen = await begin(session);
    screen.type('\u001b[B\ry');
    await screen.until('kept beside it as site.draft.copy.yaml');
    screen.type(keyOf('Storage'));
    await screen.until(placeOf('Storage'));
    expect(session.page).toBe('storage');
    expect(session.asked).toEqual(['copy']);
  });
});
