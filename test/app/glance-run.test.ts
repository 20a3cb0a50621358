import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { glanceRun } from '../../source/app/glance-run.ts';
import type { Plan } from '../../source/plan/document/document.ts';
import { filesUnder } from '../../source/site/files.ts';
import { attachedFrame } from '../../source/ui/ink/screens/run/frame.ts';
import { unreadFrame } from '../../source/ui/ink/screens/run/unread.ts';
import { runScreen } from '../../source/ui/ink/store/run-state.ts';
import { themeOf } from '../../source/ui/ink/widgets/theme.ts';
import { factsOf, makePlan, product, siteOf } from '../plan/sample.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kloudspot-glance-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const planFor = (managers: number): Plan =>
  makePlan({
    site: siteOf({ managers }, { name: `with-${managers}` }),
    product,
    facts: factsOf({ managers }),
    purpose: 'init',
    now: new Date(0),
  });
const three = planFor(3);

/** As `launchRun` writes it. */
function store(
  id: string,
  plan: unknown,
  { rehearsal, begun = true }: { rehearsal?: object; begun?: boolean } = {},
): void {
  const folder = join(filesUnder(root).runs, id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'plan.json'), `${JSON.stringify(plan, undefined, 1)}\n`);
  writeFileSync(join(folder, 'run.json'), `${JSON.stringify({ version: 1, root, flags: [], rehearsal })}\n`);
  if (begun) writeFileSync(join(folder, 'journal.jsonl'), '{}\n');
}

const glance = (id?: string) => glanceRun(filesUnder(root), id);

describe('a glance at a run', () => {
  it.each([
    ['three nodes', three],
    ['one node', planFor(1)],
    ['one group of steps', { ...three, steps: three.steps.filter(({ group }) => group === three.steps[0]?.group) }],
    ['no steps', { ...three, steps: [] }],
  ])('is enough for the frame that Ink draws until the journal is read: %s', (_, plan) => {
    store('20261127-100000-0001', plan, { rehearsal: { scenario: 'healthy', speed: 20 } });
    const seen = glance();
    const theme = themeOf({ color: true, ascii: false });
    const size = { columns: 200, rows: 24 };
    const place = { files: filesUnder(root), rehearsal: true };
    const screen = runScreen(plan, { size, now: 0, withSummary: false, place, reading: true });
    expect(seen && unreadFrame(seen, size, theme)).toEqual(attachedFrame(screen, 'healthy', theme));
  });

  it('is at the newest run that was begun, or at the one that is named', () => {
    store('20261127-100000-0001', planFor(1));
    store('20261127-110000-0002', three);
    store('20261127-120000-0003', planFor(5), { begun: false });
    expect(glance()?.site).toBe('with-3');
    expect(glance('0001')?.site).toBe('with-1');
  });

  it('gives nothing where that is not plain', () => {
    expect(glance()).toBeUndefined();
    store('20261127-100000-0001', three);
    store('20261127-110000-1001', three);
    expect(glance('001')).toBeUndefined();
    expect(glance('0009')).toBeUndefined();
    store('20261127-120000-0003', { ...three, site: { ...three.site, name: '\u001b[31mred' } });
    expect(glance()).toBeUndefined();
    store('20261127-130000-0004', three, { rehearsal: { scenario: '\u001b[31mred' } });
    expect(glance()).toBeUndefined();
    store('20261127-140000-0005', 'no plan');
    expect(glance()).toBeUndefined();
  });
});
