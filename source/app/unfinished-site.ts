import { dirname } from 'node:path';
import { loadSiteWithProduct } from '../product/fit.ts';
import { loadProduct } from '../product/load.ts';
import type { Product } from '../product/schema.ts';
import { defaultProduct } from '../site/default-product.ts';
import { parseDraft, textOfSite } from '../site/load.ts';
import { InvalidFile } from '../site/reading/invalid-file.ts';
import { type KeyLines, keyLines } from '../site/reading/key-lines.ts';
import type { SiteDraft } from '../site/schema.ts';

/** A site file as the pages take it up. */
export interface UnfinishedSite {
  readonly draft: SiteDraft;
  readonly product: Product;
  /** What is missing or wrong, a line each; empty: the site is whole. */
  readonly open: readonly string[];
  readonly source: KeyLines;
}

/**
 * Opens a site file for the pages, which ask for what is missing and mark what is wrong. Throws `InvalidFile` where the text is not
 * YAML or has keys that no page shows, and `Fault` where it cannot be read.
 */
export async function openUnfinished(file: string): Promise<UnfinishedSite> {
  try {
    const { text, product } = await loadSiteWithProduct(file);
    return { draft: parseDraft(text), product, open: [], source: keyLines(text, file) };
  } catch (error) {
    if (!(error instanceof InvalidFile) || error.problems.some((problem) => problem.aboutKey || problem.path === ''))
      throw error;
    const text = await textOfSite(file);
    const draft = parseDraft(text);
    const named = draft['product'];
    const product = await loadProduct(typeof named === 'string' ? named : defaultProduct, dirname(file));
    return { draft, product, open: error.problems.map((problem) => problem.text), source: keyLines(text, file) };
  }
}
