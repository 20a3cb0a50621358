import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { siteOfBackup } from '../../source/app/restore-choice.ts';
import type { BundleManifest } from '../../source/bundle/manifest.ts';
import { journalPath } from '../../source/engine/journal/run-paths.ts';
import { readOrigin, writeOrigin } from '../../source/engine/process/origin.ts';
import { claimRun, lifeOfRun } from '../../source/engine/process/run-process.ts';
import { summarizeRun } from '../../source/engine/runs.ts';
import { identifyProcess } from '../../source/host/process-identity.ts';
import { parsePlan } from '../../source/plan/document/document-schema.ts';
import { planHash } from '../../source/plan/document/hash.ts';
import { stepKinds } from '../../source/plan/kinds.ts';
import { filesUnder } from '../../source/site/files.ts';
import { localBackups } from '../../source/workstation/backups.ts';
import { writeArchive } from '../../source/workstation/bundle/archive.ts';
import { damagedParts, openBundle } from '../../source/workstation/bundle/open.ts';
import { factsOf, makePlan, product, siteOf } from '../plan/sample.ts';
import { berlin } from '../site/a-site.ts';
import { hold } from './damage.ts';

const folder = await mkdtemp(join(tmpdir(), 'ks-fuzz-'));
afterAll(() => rm(folder, { recursive: true }));

const sum = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a damaged file of the program itself is read as far as it goes, or refused in plain words:', () => {
  it('plan.json', async () => {
    const shape = { managers: 3 };
    const plan = makePlan({ site: siteOf(shape), product, facts: factsOf(shape), now: new Date(0), purpose: 'init' });
    await hold([JSON.stringify(plan)], (text) => planHash(parsePlan(text, stepKinds, 'plan.json')));
  });

  it('run.json', async () => {
    await writeOrigin(folder, {
      version: 1,
      root: folder,
      site: '/s.yaml',
      rehearsal: { scenario: 'healthy', speed: 1 },
    });
    const path = join(folder, 'run.json');
    await hold([await readFile(path, 'utf8')], async (text) => {
      await writeFile(path, text);
      await readOrigin(folder);
    });
  });

  it('process.json, and what is said of its run', async () => {
    const identity = identifyProcess(process.pid);
    if (!identity) throw new Error('This process is not found.');
    await claimRun(folder, identity);
    await rm(journalPath(folder), { force: true });
    const path = join(folder, 'process.json');
    await hold([await readFile(path, 'utf8')], async (text) => {
      await writeFile(path, text);
      await lifeOfRun(folder);
      await summarizeRun({ id: 'r', directory: folder });
    });
  });

  it('a backup: its sums and its site', async () => {
    const files = filesUnder(join(folder, 'root'));
    const backup = join(files.backups, '20260101-000000');
    await mkdir(backup, { recursive: true });
    await writeFile(join(backup, 'site.yaml'), berlin);
    await hold([`${sum(berlin)}  site.yaml\n`], async (text) => {
      await writeFile(join(backup, 'SHA256SUMS'), text);
      await localBackups(files);
    });
    const [kept] = await localBackups(files);
    if (!kept) throw new Error('The backup is not found.');
    await hold([berlin], async (text) => {
      await writeFile(join(backup, 'site.yaml'), text);
      await siteOfBackup(kept);
    });
  });

  it('a bundle: its manifest, and its bytes', async () => {
    const manifest: BundleManifest = {
      version: 1,
      createdAt: '2026-01-01T00:00:00.000Z',
      madeBy: '0.1.0',
      channel: '1.34/stable',
      architecture: 'amd64',
      releases: ['22.04'],
      product: 'kloudspot',
      features: [],
      parts: [
        { path: 'snap/core.snap', kind: 'snap', name: 'core', for: 'cluster', sha256: sum('whole'), bytes: 5 },
        { path: 'image/a.tar', kind: 'image', name: 'docker.io/a:1', for: 'product', sha256: sum('whole'), bytes: 5 },
      ],
    };
    const file = join(folder, 'site.bundle');
    const write = (text: string) =>
      writeArchive(file, [
        { path: 'manifest.json', from: { text } },
        ...manifest.parts.map(({ path }) => ({ path, from: { text: 'whole' } })),
      ]);
    await hold([JSON.stringify(manifest)], async (text) => {
      await write(text);
      await damagedParts(await openBundle(file));
    });
    await write(JSON.stringify(manifest));
    await hold([await readFile(file, 'latin1')], async (text) => {
      await writeFile(file, text, 'latin1');
      await damagedParts(await openBundle(file));
    });
  });
});
