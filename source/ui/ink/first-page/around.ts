import { filesUnder } from '../../../site/files.ts';
import { startKeys } from '../screens/start/keys.ts';
import { initialState, progress } from '../store/state.ts';
import type { ShownBinding } from '../widgets/bindings.ts';

/** What is around the start page: its keys as the footer shows them, and the pages of the progress line. */
export interface AroundStart {
  readonly keys: readonly ShownBinding[];
  readonly progress: readonly string[];
}

const facts = { productName: undefined, draft: undefined, installed: undefined, given: undefined, recent: [] };
const anyState = initialState(
  {
    size: { columns: 80, rows: 24 },
    product: undefined,
    rehearsal: undefined,
    files: filesUnder('/'),
    canRehearse: false,
  },
  facts,
);

/** Taken from the reducer. A build works it out, so that the first page loads none of the pages behind it. */
export const aroundStart: AroundStart = {
  keys: startKeys(anyState).map(({ keys, label, dropOrder }) => ({
    keys,
    label,
    ...(dropOrder !== undefined && { dropOrder }),
  })),
  progress: progress.map(({ title }) => title),
};
