import { Fault } from '../errors/fault.ts';
import { textIfPresent } from '../host/read-text.ts';
import { writeAtomic } from '../host/write-atomic.ts';
import type { Product } from '../product/schema.ts';
import type { Files } from '../site/files.ts';
import { judgeDraft, parseDraft } from '../site/load.ts';
import { loadDraft, saveDraft, siteText } from '../site/save.ts';
import type { DraftValue, Site, SiteDraft } from '../site/schema.ts';
import { defaultEngine } from '../storage/engines/engines.ts';
import type { StorageWish } from '../storage/volumes.ts';
import { kloudspot } from '../text/command.ts';
import { removeAt, setAt } from '../wizard/draft/draft.ts';
import { firstDraft } from './first-draft.ts';

/** Where the answers are now. */
export interface KeptSizing {
  readonly path: string;
  readonly kind: 'draft' | 'site';
}

/** Takes features, sizes, workload and engine into the draft that `init` continues: where there is no site yet. */
export async function keepInDraft(files: Files, product: Product, wish: StorageWish): Promise<KeptSizing> {
  const unfinished = await loadDraft(files);
  const draft = unfinished?.draft ?? (await firstDraft(product));
  await saveDraft(files, withSizing(draft, wish));
  return { path: files.draft, kind: 'draft' };
}

/** The same into `site.yaml`, comments kept. Throws `Fault` where the site would be wrong with them. */
export async function keepInSite(path: string, site: Site, wish: StorageWish): Promise<KeptSizing> {
  const before = await textIfPresent(path);
  const draft = withSizing(parseDraft(before ?? siteText(site)), wish);
  const judged = judgeDraft(draft);
  if ('findings' in judged)
    throw new Fault({
      what: 'These answers would make the site invalid.',
      where: path,
      why: judged.findings.map(({ reason }) => reason).join('\n'),
      next: [`Correct it in site.yaml first, or answer otherwise: ${kloudspot('storage estimate')}`],
      unchanged: true,
    });
  await writeAtomic(path, siteText(draft, before), 0o644);
  return { path, kind: 'site' };
}

function withSizing(draft: SiteDraft, { features, storage }: StorageWish): SiteDraft {
  const answers: readonly (readonly [readonly string[], DraftValue])[] = [
    [['features'], [...features]],
    [['storage', 'volumes'], storage.volumes],
    [['storage', 'workload'], storage.workload],
    [['storage', 'shared', 'engine'], storage.shared.engine === defaultEngine ? undefined : storage.shared.engine],
  ];
  return answers.reduce(
    (rest, [path, value]) => (isNothing(value) ? removeAt(rest, path) : setAt(rest, path, value)),
    draft,
  );
}

const isNothing = (value: DraftValue): boolean =>
  value === undefined ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0 && !Array.isArray(value));
