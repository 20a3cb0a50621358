import { setFlagsFromString } from 'node:v8';

/**
 * From now on the young generation does not grow: what a screen reads before its first frame, such as the plan of a hundred nodes,
 * would let it grow to 16 MB three times, which are never given back.
 */
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

/**
 * From now on the heap stays near what is in use: V8 lets the young generation grow to 64 MB and the old one to twice what is
 * live, which a screen that draws for hours fills with frames that are gone. Called once the first frame stands.
 */
export function keepHeapSmall(): void {
  keepYoungSmall();
  setFlagsFromString('--optimize-for-size');
}
