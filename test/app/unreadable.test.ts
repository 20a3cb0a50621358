import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changedSite } from '../../source/app/set-values.ts';
import { exists } from '../../source/app/site.ts';
import { listRuns } from '../../source/engine/runs.ts';
import { Store } from '../../source/rehearsal/model/store.ts';
import { filesUnder } from '../../source/site/files.ts';
import { localBackups } from '../../source/workstation/backups.ts';
import { siteOf, wholeDraft } from '../ui/sample.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ks-unreadable-'));
});
afterEach(() => rm(root, { recursive: true }));

async function circle(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(path, path);
  return path;
}

describe('what cannot be read is not taken for missing', () => {
  it('a site file', async () => {
    expect(await exists(join(root, 'site.yaml'))).toBe(false);
    expect(await exists(await circle(join(root, 'site.yaml')))).toBe(true);
  });

  it('a site file that is to be changed', async () => {
    const file = join(root, 'site.yaml');
    expect((await changedSite(siteOf(wholeDraft), file, ['name=other'])).site.name).toBe('other');
    await circle(file);
    await expect(changedSite(siteOf(wholeDraft), file, ['name=other'])).rejects.toMatchObject({ code: 'ELOOP' });
  });

  it('the runs', async () => {
    const files = filesUnder(root);
    expect(await listRuns(files)).toEqual([]);
    await circle(files.runs);
    await expect(listRuns(files)).rejects.toMatchObject({ code: 'ELOOP' });
  });

  it('the backups', async () => {
    const files = filesUnder(root);
    expect(await localBackups(files)).toEqual([]);
    await circle(files.backups);
    await expect(localBackups(files)).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

describe('a pipe in the place of a file is not waited for', () => {
  it("a rehearsal's model", async () => {
    await execa('mkfifo', [join(root, 'state.json')]);
    expect(() => new Store(root).load()).toThrow('state.json is not a file.');
  });

  it('a file of a backup: it is damaged', async () => {
    const files = filesUnder(root);
    const folder = join(files.backups, '2026-01-01T00-00-00Z-by-hand');
    await mkdir(folder, { recursive: true });
    await execa('mkfifo', [join(folder, 'SHA256SUMS')]);
    expect(await localBackups(files)).toMatchObject([{ whole: false }]);
  });
});
