import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { followAddresses } from '../../source/app/follow-addresses.ts';
import type { RunEventBody } from '../../source/engine/journal/event.ts';
import { pastOf } from '../../source/engine/journal/past.ts';
import { filesUnder } from '../../source/site/files.ts';
import { siteText } from '../../source/site/save.ts';
import { siteOf } from '../plan/sample.ts';
import { planOf } from '../ui/sample.ts';

const root = await mkdtemp(join(tmpdir(), 'ks-follow-'));
afterAll(() => rm(root, { recursive: true }));
const path = filesUnder(root).site;

const base = siteOf({ managers: 3 });
const site = {
  ...base,
  nodes: base.nodes.map((node, index) =>
    index === 1 ? { ...node, reach: '10.0.4.87', network: { mode: 'static' as const, address: '10.0.4.22/24' } } : node,
  ),
};
const moved = site.nodes[1]?.name ?? '';
const [first] = planOf(site).steps;
if (first === undefined) throw new Error('the sample plan has no steps');
const plan = { ...planOf(site), steps: [{ ...first, id: 'network', kind: 'network', node: moved }] };

const started: RunEventBody = { type: 'step-started', step: 'network', attempt: 1, deadlineMs: 1 };
const done: RunEventBody = { type: 'step-done', step: 'network', outcome: 'changed', durationMs: 1, seen: '' };

function past(...events: readonly RunEventBody[]) {
  const known = pastOf([]);
  for (const event of events) known.note(event);
  return known;
}

async function fileAfter(...events: readonly RunEventBody[]): Promise<string> {
  await followAddresses({ version: 1, root, flags: [] }, plan, past(...events));
  return readFile(path, 'utf8');
}

it('lets reach follow the address that a run gave, and gave back, and keeps the comments', async () => {
  await mkdir(dirname(path), { recursive: true });
  const text = siteText(site).replace('reach: 10.0.4.87', 'reach: 10.0.4.87 # by the door');
  await writeFile(path, text);
  expect(await fileAfter()).toBe(text);
  expect(await fileAfter(started, done)).toBe(text.replace('reach: 10.0.4.87', 'reach: 10.0.4.22'));
  expect(await fileAfter(started, done, { type: 'step-undone', step: 'network', seen: '' })).toBe(text);
});

it('leaves an address alone that was typed since', async () => {
  const text = siteText(site).replace('reach: 10.0.4.87', 'reach: 10.0.4.50');
  await writeFile(path, text);
  expect(await fileAfter(started, done)).toBe(text);
});

it('leaves the file alone after a rehearsal: the machines that it is for have not moved', async () => {
  const text = siteText(site);
  await writeFile(path, text);
  await followAddresses(
    { version: 1, root, flags: [], rehearsal: { scenario: 'healthy', speed: 1 } },
    plan,
    past(started, done),
  );
  expect(await readFile(path, 'utf8')).toBe(text);
});
