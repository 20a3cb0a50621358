import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** From now on the young generation does not grow beyond what the launcher gives it: a plan of a hundred nodes, read before the first frame, would let it. */
export function keepYoungSmall(): void {
  keepCompiledAsStarted();
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** What is compiled is kept at the end together with the flags of that moment, and a start with other ones throws it away. */
function keepCompiledAsStarted(): void {
  process.off('exit', asStarted);
  process.on('exit', asStarted);
}

function asStarted(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
  setFlagsFromString('--no-optimize-for-size');
}

/** ms between two looks at the heap. */
const lookEvery = 2_000;
/** Bytes by which the heap may grow before it is collected as a whole again. */
const growth = 16_000_000;

/**
 * From now on the heap stays near what is in use: V8 lets the young generation grow to 64 MB and the old one to twice what is
 * live, which a screen that draws for hours fills with frames that are gone. Called once the first frame stands.
 */
export function keepHeapSmall(): void {
  keepYoungSmall();
  setFlagsFromString('--optimize-for-size');
  let kept = 0;
  const look = () => {
    if (process.memoryUsage().heapTotal < kept + growth) return;
    collectWhole();
    kept = process.memoryUsage().heapTotal;
  };
  setInterval(look, lookEvery).unref();
}

/**
 * Collects everything, code that ran once among it: V8 itself waits with that until the heap is full. What loading and reading leave
 * is 20 of the 124 MB of a run page of a hundred nodes. V8 has this as a function that a flag brings, for a context made under it.
 */
export function collectWhole(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
