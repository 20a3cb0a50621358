import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { thisMachine } from '../../source/host/this-machine.ts';
import { certificateName } from '../../source/tls/names.ts';
import { removeAt, setAt } from '../../source/wizard/draft/draft.ts';
import type { WizardView } from '../../source/wizard/page.ts';
import { pageNotes, pageOf } from '../../source/wizard/pages.ts';
import { authority, leaf, type Pair } from '../tls/pairs.ts';
import { product, wholeDraft } from '../ui/sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'kloudspot-certificate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let middle: Pair;
beforeAll(async () => {
  middle = await authority('middle', await authority('root'));
});

/** A draft whose pair is for these names until so many days from the tests' day. */
async function viewWith(names: readonly string[], until: number, chain = true): Promise<WizardView> {
  const pair = await leaf(middle, names, -10_000, until);
  const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')];
  writeFileSync(key, pair.key);
  writeFileSync(certificate, chain ? pair.certificate + middle.certificate : pair.certificate);
  const draft = setAt(removeAt(wholeDraft, ['customer', 'dnsName']), ['tls'], { mode: 'files', key, certificate });
  return { draft, product, facts: new Map(), machine: thisMachine };
}
const marks = (view: WizardView): readonly string[] =>
  pageNotes(pageOf('site'), view).map((note) => `${note.grade} ${note.text}`);
const offered = (view: WizardView) =>
  pageOf('site')
    .fields(view)
    .find(({ id }) => id === 'customer.dnsName')?.fallback;

describe('a certificate that is given', () => {
  it('offers its own name as the DNS name', async () => {
    expect(offered(await viewWith(['*.acme.eu', 'spot.acme.eu'], 20_000))).toEqual({
      value: 'spot.acme.eu',
      from: 'seen',
    });
  });
  it('says so when it is good, with the days left', async () => {
    const said = marks(await viewWith(['spot.acme.eu'], 20_000));
    expect(said).toContainEqual(expect.stringMatching(/^pass The pair is good: \d+ days left, .*chain complete\.$/));
  });
  it.each([
    ['for another name', ['other.acme.eu'], 20_000, true],
    ['without its issuer', ['spot.acme.eu'], 20_000, false],
    ['that has ended', ['spot.acme.eu'], -9000, true],
  ] as const)('is not called good: %s', async (_what, names, until, chain) => {
    const view = await viewWith(names, until, chain);
    const named = { ...view, draft: setAt(view.draft, ['customer', 'dnsName'], 'spot.acme.eu') };
    expect(marks(named).filter((line) => line.startsWith('pass'))).toEqual([]);
  });
  it.each([['no certificate'], ['']])('%j names nothing', (text) => expect(certificateName(text)).toBeUndefined());
});
