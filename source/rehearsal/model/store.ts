import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../errors/fault.ts';
import { namePath } from '../../host/file-fault.ts';
import { underModelLock } from './model-lock.ts';
import { type State, stateSchema } from './state.ts';

/**
 * The model on disk. Several processes may have it open: each change is made under a lock, on what the last one saved, and
 * replaces the file as a whole, so that a process that is killed leaves the model as it was after its last change.
 * Everything here is synchronous: nothing of this process comes between reading and saving.
 */
export class Store {
  readonly #folder: string;
  readonly #file: string;
  readonly #lock: string;
  #state: State | undefined;
  #stamp = '';

  constructor(folder: string) {
    this.#folder = folder;
    this.#file = join(folder, 'state.json');
    this.#lock = join(folder, 'state.lock');
  }

  /** What was saved last, or undefined where nothing was. Throws `Fault` when the file is damaged. */
  load(): State | undefined {
    const stamp = stampOf(this.#file);
    if (stamp === undefined) return undefined;
    if (this.#state !== undefined && stamp === this.#stamp) return this.#state;
    this.#state = parse(readFileSync(this.#file, 'utf8'), this.#file);
    this.#stamp = stamp;
    return this.#state;
  }

  /** Makes `act` the only one that changes the model, then saves what it returns. */
  change<Result>(act: (state: State | undefined) => { readonly state: State; readonly result: Result }): Result {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    try {
      return underModelLock(this.#lock, () => {
        const { state, result } = act(this.load());
        state.revision += 1;
        // Only the holder of the lock writes: one name is enough, and a killed process leaves no more than this one file.
        const fresh = `${this.#file}.new`;
        writeFileSync(fresh, JSON.stringify(state), { mode: 0o600 });
        renameSync(fresh, this.#file);
        this.#state = state;
        this.#stamp = stampOf(this.#file) ?? '';
        return result;
      });
    } catch (thrown) {
      this.#stamp = '';
      throw namePath(thrown, this.#file);
    }
  }
}

/** Another one after every change of the file; undefined where there is none. */
function stampOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.ino}/${stat.mtimeMs}/${stat.size}`;
}

function parse(text: string, file: string): State {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault({
      what: 'The rehearsal cannot be read.',
      where: file,
      why: 'The file is damaged or was written by another version of this program.',
      next: [`Remove ${file} to start a new rehearsal.`],
      cause,
    });
  }
}
