import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAtomic } from '../../source/host/write-atomic.ts';
import { type Files, filesUnder } from '../../source/site/files.ts';
import { judgeDraft, parseDraft, parseSite } from '../../source/site/load.ts';
import { copyDraft, isUnreadable, loadDraft, removeDraft, saveDraft, siteText } from '../../source/site/save.ts';
import type { Site } from '../../source/site/schema.ts';
import { berlin } from './a-site.ts';

function siteOf(text: string): Site {
  const parsed = parseSite(text, 'site.yaml');
  if ('problems' in parsed) throw new Error(parsed.problems.map((problem) => problem.text).join('\n'));
  return parsed.site;
}

function withoutFirstLine(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

describe('editing a site.yaml', () => {
  const site = siteOf(berlin);

  it('returns a text that says the same already as it is, but for the line that names the schema', () => {
    expect(withoutFirstLine(siteText(site, berlin))).toBe(withoutFirstLine(berlin));
    expect(siteText(site, berlin)).toMatch(
      /^# yaml-language-server: \$schema=\/.*\/templates\/site\.schema\.json\n# Berlin/,
    );
  });

  it('changes a value and keeps every remark, the order, the quoting and the own keys', () => {
    const changed = structuredClone(site);
    changed.customer.dnsName = 'spot2.acme.eu';
    changed.network.nameservers = ['10.0.4.1', '1.1.1.1'];
    const text = siteText(changed, berlin);
    expect(text).toContain("  dnsName: 'spot2.acme.eu'\n");
    expect(text).toContain('  nameservers: [ 10.0.4.1, 1.1.1.1 ] # both\n');
    const remarks = (from: string) => [...from.matchAll(/# (.*)$/gm)].map((match) => match[1]).slice(1);
    expect(remarks(text)).toEqual(remarks(berlin));
    expect(text).toContain('    x-serial: "0042"\n\n  # rack b\n');
    expect(text).toContain('x-contact: night shift\n');
    expect(siteOf(text)).toEqual(changed);
  });

  it('takes a removed node away with its remarks and leaves those of the others with them', () => {
    const changed = structuredClone(site);
    changed.nodes.shift();
    const text = siteText(changed, berlin);
    expect(text).not.toContain('# rack a');
    expect(text).toContain('nodes:\n  # rack b\n  - name: ks-2\n');
    expect(siteOf(text)).toEqual(changed);
  });

  it('follows a node that moves to another row or gets another name', () => {
    const changed = structuredClone(site);
    const [first, second, third] = changed.nodes;
    if (!first || !second || !third) throw new Error('three nodes');
    changed.nodes = [second, third, { ...first, name: 'ks-9' }];
    const text = siteText(changed, berlin);
    expect(text).toMatch(/# rack a\n {2}- name: ks-9\n {4}reach: 10.0.4.21 # console 3\n/);
    expect(siteOf(text)).toEqual(changed);
  });

  it('puts a new key where the schema has it and does not repeat defaults', () => {
    const text = siteText({ ...site, features: ['kloudInsights'] }, berlin);
    expect(text).toMatch(/# both\nfeatures:\n {2}- kloudInsights\ncustomer:/);
    expect(text).not.toContain('ubuntu-vg');
  });

  it('begins again where the text is about another site', () => {
    const other = structuredClone(site);
    other.name = 'paris';
    other.nodes = [{ name: 'p-1', reach: '10.9.0.1', role: 'manager' }];
    expect(siteText(other, berlin)).toBe(siteText(other));
  });
});

const word = fc.string({
  unit: fc.constantFrom('a', 'b', '0', '-', '.', ' ', ':', '#', "'", '"', '=', '~', 'é', '😀'),
});
const nasty = fc
  .oneof(
    word,
    fc.constantFrom(
      'yes',
      'no',
      'on',
      'off',
      'y',
      'n',
      '0777',
      '12:30:00',
      '1_000',
      '=',
      '<<',
      '~',
      'null',
      '2026-11-21',
    ),
  )
  .filter((text) => text.trim() === text && text !== '');
const anySite = fc
  .record({
    names: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }),
    zone: fc.option(nasty, { nil: undefined }),
    reference: nasty,
    volumes: fc.dictionary(fc.constantFrom('kafka', 'zookeeper', 'yes', '='), fc.integer({ min: 1, max: 99 })),
    nameservers: fc.subarray(['10.0.4.1', '8.8.8.8', '1.1.1.1']),
  })
  .map(({ names, zone, reference, volumes, nameservers }) => ({
    version: 1,
    name: 'berlin',
    nodes: names.map((number) => ({
      name: `ks-${number}`,
      reach: `10.0.4.${number}`,
      role: 'manager',
      ...(zone === undefined ? {} : { zone }),
    })),
    network: { virtualAddress: '10.0.4.100', nameservers },
    customer: { dnsName: 'spot.acme.eu', reference },
    storage: { volumes },
  }))
  .map((draft) => {
    const judged = judgeDraft(draft);
    if ('findings' in judged) throw new Error(judged.findings.map((finding) => finding.reason).join());
    return judged.site;
  });

describe('every site', () => {
  it('is read back from a new text as it was', () => {
    fc.assert(
      fc.property(anySite, (site) => {
        expect(siteOf(siteText(site))).toEqual(site);
      }),
      { numRuns: 60 },
    );
  });

  it('is read back from an edit of any other text, and a second edit changes nothing', () => {
    fc.assert(
      fc.property(anySite, anySite, (site, other) => {
        const text = siteText(site, siteText(other, berlin));
        expect(siteOf(text)).toEqual(site);
        expect(siteText(site, text)).toBe(text);
        expect(text).not.toMatch(/[ \t]$/m);
      }),
      { numRuns: 60 },
    );
  });
});

describe('on disk', () => {
  let folder: string;
  let files: Files;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'site-'));
    files = filesUnder(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('a draft is kept at every change, the last one wins, and only its owner reads it', async () => {
    const draft = parseDraft(berlin);
    await Promise.all(['a', 'b', 'c'].map((name) => saveDraft(files, { ...draft, name })));
    const loaded = await loadDraft(files);
    expect(loaded?.draft).toMatchObject({ name: 'c', 'x-contact': 'night shift' });
    expect((await stat(files.draft)).mode & 0o777).toBe(0o600);
    expect(Math.abs(Date.now() - (loaded?.savedAt.getTime() ?? 0))).toBeLessThan(10_000);
    await removeDraft(files);
    expect(await loadDraft(files)).toBeUndefined();
  });

  it('a draft is copied beside itself, readable by its owner only, before another replaces it', async () => {
    const now = new Date('2026-01-31T14:02:07.000Z');
    expect(await copyDraft(files, now)).toBeUndefined();
    await saveDraft(files, { ...parseDraft(berlin), name: 'first' });
    const copy = (await copyDraft(files, now)) ?? '';
    expect(copy).toBe(files.draft.replace('.yaml', '.2026-01-31T14-02-07.yaml'));
    await saveDraft(files, { ...parseDraft(berlin), name: 'second' });
    expect(await readFile(copy, 'utf8')).toContain('name: first');
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['torn in a flow mapping', 'name: berlin\nnodes: [{ name: ks-1'],
    ['an alias that leads nowhere', 'name: *a\n'],
    ['an alias inside of what it stands for', 'name: &a [*a]\n'],
    ['a list', '- name: berlin\n'],
    ['NUL bytes', '\0\0\0\0'],
    ['one word', 'berlin\n'],
  ])(
    'a damaged draft, %s: a message, and it is kept under another name before anything is written',
    async (_, text) => {
      await mkdir(dirname(files.draft), { recursive: true });
      const kept = `${files.draft}.unreadable`;
      for (const name of [kept, `${kept}.2`]) {
        await writeFile(files.draft, text);
        await expect(loadDraft(files)).rejects.toMatchObject({
          name: 'Fault',
          where: files.draft,
          next: [expect.stringContaining(name)],
        });
        await saveDraft(files, { ...parseDraft(berlin), name: 'munich' });
        expect(await readFile(name, 'utf8')).toBe(text);
        expect((await loadDraft(files))?.draft).toMatchObject({ name: 'munich' });
      }
      await writeFile(files.draft, text);
      await removeDraft(files);
      expect(await readFile(`${kept}.3`, 'utf8')).toBe(text);
    },
  );

  it('a draft with anchors and aliases is read, edited and read back', async () => {
    await mkdir(dirname(files.draft), { recursive: true });
    await writeFile(files.draft, 'version: 1\nname: &n berlin\ncustomer: { reference: *n }\n');
    const loaded = (await loadDraft(files))?.draft ?? {};
    expect(loaded).toMatchObject({ name: 'berlin', customer: { reference: 'berlin' } });
    await saveDraft(files, { ...loaded, name: 'munich' });
    expect((await loadDraft(files))?.draft).toMatchObject({ name: 'munich', customer: { reference: 'berlin' } });
  });

  it.each(['name: [', 'name: *a\n', '- berlin\n'])('a site.yaml that says %j cannot be edited', (text) =>
    expect(isUnreadable(text)).toBe(true),
  );

  it('a draft holds what is not right yet', async () => {
    const draft = {
      nodes: [{ name: 'KS_1', reach: '' }],
      customer: { dnsName: null },
      storage: { volumes: { kafka: 'ten' } },
    };
    await saveDraft(files, draft);
    expect((await loadDraft(files))?.draft).toEqual({
      nodes: [{ name: 'KS_1', reach: '' }],
      customer: {},
      storage: { volumes: { kafka: 'ten' } },
    });
  });

  it('a draft of a site keeps the remarks of its file, and saving brings them back there', async () => {
    await mkdir(dirname(files.site), { recursive: true });
    await writeFile(files.site, berlin);
    await saveDraft(files, { ...parseDraft(berlin), deploy: 'later' });
    expect(await readFile(files.draft, 'utf8')).toContain('# rack a');
    const saved = siteText({ ...siteOf(berlin), deploy: 'later' }, await readFile(files.site, 'utf8'));
    expect(saved).toMatch(/# rack a[\s\S]*deploy: later/);
  });

  it('an atomic write follows a link, sets the mode and leaves nothing behind', async () => {
    const target = join(folder, 'real');
    const link = join(folder, 'link');
    await writeFile(target, 'old');
    await chmod(target, 0o644);
    await symlink(target, link);
    await writeAtomic(link, 'new', 0o640);
    expect(await readFile(target, 'utf8')).toBe('new');
    expect((await stat(target)).mode & 0o777).toBe(0o640);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readdir(folder)).toEqual(['link', 'real']);
  });
});
