import { isDeepStrictEqual } from 'node:util';
import { Store } from '../../source/rehearsal/model/store.ts';
import type { State } from '../../source/rehearsal/model/state.ts';

type Act<Result> = (state: State | undefined) => { readonly state: State; readonly result: Result };

const others = new Map<string, Store>();

/** From now on another process reads, after each change, what the one that made it knows. Throws where they differ. */
export function readEachChange(): void {
  const { change } = Store.prototype;
  Store.prototype.change = function <Result>(this: Store, act: Act<Result>, wholly?: boolean): Result {
    let result: { readonly was: Result } | undefined;
    change.call(
      this,
      (state) => {
        const made = act(state);
        result = { was: made.result };
        return made;
      },
      wholly,
    );
    const other = others.get(this.folder) ?? new Store(this.folder);
    others.set(this.folder, other);
    const [known, read] = [JSON.parse(JSON.stringify(this.load())), other.load()];
    if (!isDeepStrictEqual(known, read)) throw new Error(`not saved: ${difference(known, read)}`);
    if (result === undefined) throw new Error('nothing was changed');
    return result.was;
  };
}

function difference(known: unknown, read: unknown, path = ''): string {
  if (typeof known !== 'object' || typeof read !== 'object' || known === null || read === null)
    return `${path}: ${JSON.stringify(known)} was read as ${JSON.stringify(read)}`;
  const keys = new Set([...Object.keys(known), ...Object.keys(read)]);
  for (const key of keys) {
    const [one, other] = [Object.entries(known), Object.entries(read)].map(
      (all) => all.find(([name]) => name === key)?.[1],
    );
    if (!isDeepStrictEqual(one, other)) return difference(one, other, `${path}/${key}`);
  }
  return path;
}
