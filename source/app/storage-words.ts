import { thisMachine } from '../host/this-machine.ts';
import { estimateStorage } from '../storage/estimate.ts';
import type { Note } from '../wizard/page.ts';
import { estimateNotes } from '../wizard/pages/totals.ts';
import type { Written } from './seen-storage.ts';

/**
 * What the Storage page says under its fields: groups, available, required, and the verdict. It is of the site as it is, which
 * preflight judges: the page would offer a node another group than the one that the site names.
 */
export const storageWords = ({ site, ...written }: Written): readonly Note[] =>
  estimateNotes(
    { ...written, machine: thisMachine },
    estimateStorage(site, written.product, [...written.facts.values()]),
  );
