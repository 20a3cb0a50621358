import { setFlagsFromString } from 'node:v8';

/**
 * From now on the young generation does not grow: what a screen reads before its first frame, such as the plan of a hundred nodes,
 * would let it grow to 16 MB three times, which are never given back.
 */
export function keepYoungSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * From now on the heap stays near what is in use: V8 lets the young generation grow to 64 MB and the old one to twice what is
 * live, which a screen that draws for hours fills with frames that are gone. Called once the first frame stands.
 */
export function keepHeapSmall(): void {
  keepYoungSmall();
  setFlagsFromString('--optimize-for-size');
}
