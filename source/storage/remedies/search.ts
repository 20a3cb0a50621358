/** The largest whole number from 1 to `most` that fits, or 0. What fits stays fitting when it shrinks. */
export function largestThatFits(most: number, fitting: (size: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fitting(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The smallest whole number that fits, or undefined where even the largest does not. */
export function smallestThatFits(fitting: (size: number) => boolean): number | undefined {
  let [low, high] = [1, 2 ** 21];
  if (!fitting(high)) return undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fitting(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
