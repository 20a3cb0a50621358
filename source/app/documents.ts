import type { RunDocument } from '../engine/worker/documents.ts';
import { Fault } from '../errors/fault.ts';
import { messageOf } from '../errors/thrown.ts';
import { textIfPresent } from '../host/read-text.ts';
import { valuesText } from '../plan/values.ts';
import type { Product } from '../product/schema.ts';
import type { Files } from '../site/files.ts';
import { isUnreadable, siteText } from '../site/save.ts';
import type { Site } from '../site/schema.ts';

/** A file that a run writes, with the text that is there now. */
export interface SiteDocument extends RunDocument {
  readonly before: string | undefined;
}

/** site.yaml at `path`, as an edit of what is there, and values.yaml. A site file that cannot be read is kept beside it as `….unreadable`. */
export async function documentsOf(site: Site, product: Product, path: string, files: Files): Promise<SiteDocument[]> {
  const before = await present(path);
  const unreadable = before !== undefined && isUnreadable(before);
  return [
    {
      path,
      content: siteText(site, before),
      mode: 0o644,
      before,
      ...(unreadable ? { aside: `${path}.unreadable` } : {}),
    },
    await valuesDocument(site, product, files),
  ];
}

/** values.yaml as the site has it now. */
export async function valuesDocument(site: Site, product: Product, { values }: Files): Promise<SiteDocument> {
  return { path: values, content: valuesText(site, product), mode: 0o600, before: await present(values) };
}

async function present(path: string): Promise<string | undefined> {
  return textIfPresent(path).catch((cause: unknown) => {
    throw new Fault({
      what: `${path} cannot be read.`,
      where: path,
      why: messageOf(cause),
      next: ['Check its permissions.'],
      cause,
    });
  });
}
