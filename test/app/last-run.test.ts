import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { lastRun } from '../../source/app/last-run.ts';

/** A journal that ended at this second. */
const ended = (outcome: string, second = 1): string =>
  `{"at":"2026-01-01T00:00:00.000Z","type":"run-started"}\n{"at":"2026-01-01T00:00:0${second}.000Z","type":"run-ended","outcome":"${outcome}","why":"x"}\n`;

async function root(...journals: readonly (string | undefined)[]): Promise<{ readonly runs: string }> {
  const runs = await mkdtemp(join(tmpdir(), 'kloudspot-runs-'));
  for (const [place, text] of journals.entries()) {
    const folder = join(runs, `2026010${place}-000000-aaaa`);
    await mkdir(folder);
    if (text !== undefined) await writeFile(join(folder, 'journal.jsonl'), text);
  }
  return { runs };
}

it.each([
  ['no run', [], 'none'],
  ['one that was done', [ended('done')], 'done'],
  ['one that was undone', [ended('undone')], 'none'],
  ['one that was stopped after one that was done', [ended('done'), ended('stopped', 2)], 'open'],
  ['one that failed', [ended('failed')], 'open'],
  ['a build that was undone after an update of it', [ended('undone', 3), ended('done', 2)], 'none'],
  ['an update that was undone on a build that stands', [ended('done'), ended('undone', 3)], 'done'],
  ['a build after one that was undone', [ended('undone', 1), ended('done', 2)], 'done'],
  ['its update undone', [ended('undone', 1), ended('done', 2), ended('undone', 4)], 'done'],
  ['it undone too, after an update', [ended('undone', 1), ended('undone', 4), ended('done', 3)], 'none'],
  ['an older one that was continued and failed', [ended('failed', 3), ended('done', 2)], 'open'],
  ['one in the middle of an event', [`${ended('done')}{"at":"2026-`], 'open'],
  ['one that no process has begun, after one that was done', [ended('done'), undefined], 'done'],
] as const)('%s', async (_, journals, result) => {
  expect(lastRun(await root(...journals))).toBe(result);
});

it('no folder of runs', () => expect(lastRun({ runs: '/nowhere/at/all' })).toBe('none'));

it('a pipe in the place of a journal is not waited for', async () => {
  const place = await root(ended('done'), undefined);
  await execa('mkfifo', [join(place.runs, '20260101-000000-aaaa', 'journal.jsonl')]);
  expect(lastRun(place)).toBe('done');
});
