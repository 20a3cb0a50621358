import * as z from 'zod';
import { parsedJson } from '../text/parsed-json.ts';

/*
 * How a lock passes from a holder that is gone to one of those that want it. A file is never taken away to make room: in the
 * moment without it a third one would find the lock free. Instead each taking has a token of its own, and only one can place the file
 * that says who comes after that token. Who has placed it holds the lock, from then on, and writes its claim over the old one.
 * The file stays until the lock is given back: a process that judged the old holder too late finds it taken.
 */

/** What is done with one file. Each act happens at once or not at all, whatever other processes do meanwhile. */
export type FileAct =
  /** Answers with the text, or with nothing if the file is missing. */
  | { readonly act: 'read'; readonly path: string }
  /** Creates a file: answers with its path, or with nothing if the file exists. */
  | { readonly act: 'place'; readonly path: string; readonly text: string }
  /** Puts a file in the place of the one that is there. */
  | { readonly act: 'replace'; readonly path: string; readonly text: string }
  | { readonly act: 'remove'; readonly path: string }
  /** Answers with the paths of the files whose paths begin like this. */
  | { readonly act: 'list'; readonly path: string };

/** One act after another, and what comes of them. Who carries them out decides whether anything comes between: `inTurn`, `atOnce`. */
export type Acts<Result> = Generator<FileAct, Result, readonly string[]>;

/** Lets other work of this process come between two acts. */
export async function inTurn<Result>(
  acts: Acts<Result>,
  perform: (act: FileAct) => Promise<readonly string[]>,
): Promise<Result> {
  let step = acts.next();
  while (step.done !== true) {
    try {
      step = acts.next(await perform(step.value));
    } catch (error) {
      step = acts.throw(error);
    }
  }
  return step.value;
}

/** The same, with nothing of this process in between. */
export function atOnce<Result>(acts: Acts<Result>, perform: (act: FileAct) => readonly string[]): Result {
  let step = acts.next();
  while (step.done !== true) {
    try {
      step = acts.next(perform(step.value));
    } catch (error) {
      step = acts.throw(error);
    }
  }
  return step.value;
}

/** What a holder writes. */
export interface Claim {
  /** Another one for every taking. Names of files hold it. */
  readonly token: string;
  /** JSON with the token, on one line. */
  readonly text: string;
}

/** Who holds the lock of this path: the last of those who came after each other. */
export interface Holder {
  /** Undefined for a text that is not a claim: it is not from a process of ours, and does not count as a lock. */
  readonly token: string | undefined;
  readonly text: string;
  /** Where that text stands. */
  readonly path: string;
}

export const tokenSchema = z.string().regex(/^[^/]+$/);

const holderAt = (path: string, text: string): Holder => ({
  // On a node a second line follows: the time of the last heartbeat.
  token: parsedJson(z.object({ token: tokenSchema }), text.split('\n')[0] ?? '')?.token,
  text,
  path,
});

/** Where it is written who comes after a holder. The script of the nodes uses the same name. */
export const successorPath = (path: string, token: string | undefined): string =>
  `${path}${afterMark}${token ?? 'unreadable'}`;

const afterMark = '.after.';

/** Undefined if the lock is free. */
export function* holderOf(path: string): Acts<Holder | undefined> {
  const [text] = yield { act: 'read', path };
  let holder = text === undefined ? undefined : holderAt(path, text);
  const seen = new Set([path]);
  while (holder !== undefined) {
    const next = successorPath(path, holder.token);
    if (seen.has(next)) break;
    const [later]: readonly string[] = yield { act: 'read', path: next };
    if (later === undefined) break;
    seen.add(next);
    holder = holderAt(next, later);
  }
  return holder;
}

/** Takes the lock from a holder that was judged gone; false if another process took it first, or the holder has changed. */
export function* comeAfter(path: string, holder: Holder, { token, text }: Claim): Acts<boolean> {
  const own = successorPath(path, holder.token);
  const placed = yield { act: 'place', path: own, text };
  if (placed.length === 0) return false;
  // Who came after the same one earlier may have given the lock back meanwhile: then this file is out of line.
  if ((yield* holderOf(path))?.token !== token) {
    yield { act: 'remove', path: own };
    return false;
  }
  yield { act: 'replace', path, text };
  return true;
}

/** Gives the lock back, where no one has come after this claim. `end`: a claim that no process has. */
export function* giveBack(path: string, { token }: Claim, end: Claim): Acts<void> {
  const own = successorPath(path, token);
  // With it in place no one else comes after this claim, but after this file, should this process be killed here.
  const placed = yield* placedIfRoom(own, end.text);
  if (!placed) return;
  // Listed before the lock is free: what later holders place stays.
  const old = yield { act: 'list', path: `${path}${afterMark}` };
  const [text] = yield { act: 'read', path };
  if (text === undefined || holderAt(path, text).token !== token) return void (yield { act: 'remove', path: own });
  yield { act: 'remove', path };
  for (const one of old) yield { act: 'remove', path: one };
}

/** False where there is such a file. A full disk may have no room for it, and that does not keep the lock held. */
function* placedIfRoom(path: string, text: string): Acts<boolean> {
  try {
    const placed = yield { act: 'place', path, text };
    return placed.length > 0;
  } catch {
    return true;
  }
}
