import { thisMachine } from '../host/this-machine.ts';
import type { Note } from '../wizard/page.ts';
import { storageNotes } from '../wizard/pages/totals.ts';
import type { Written } from './seen-storage.ts';

/** What the Storage page says under its fields: groups, available, required, and the verdict. */
export const storageWords = (written: Omit<Written, 'site'>): readonly Note[] =>
  storageNotes({ ...written, machine: thisMachine });
