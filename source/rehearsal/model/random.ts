import { createHash } from 'node:crypto';
import type { State } from './state.ts';

/** `length` hex digits that are always the same for one seed. */
export function hexOf(seed: string, length: number): string {
  let text = '';
  for (let round = 0; text.length < length; round += 1)
    text += createHash('sha256').update(`${seed}/${round}`).digest('hex');
  return text.slice(0, length);
}

export function uuidOf(seed: string): string {
  const hex = hexOf(seed, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** An LVM UUID: 32 characters in groups of 6-4-4-4-4-4-6. */
export function lvmUuidOf(seed: string): string {
  const text = createHash('sha512').update(seed).digest('base64').replace(/[+/=]/g, 'x').slice(0, 32);
  return [6, 4, 4, 4, 4, 4, 6]
    .map((width, index, all) => {
      const start = all.slice(0, index).reduce((sum, value) => sum + value, 0);
      return text.slice(start, start + width);
    })
    .join('-');
}

/** The next unused name; the same again in the same rehearsal. */
export function nextHex(state: State, length: number): string {
  state.serial += 1;
  return hexOf(`${state.scenario}/${state.serial}`, length);
}

export function nextUuid(state: State): string {
  state.serial += 1;
  return uuidOf(`${state.scenario}/${state.serial}`);
}

/** A whole number of ms from `least` to `most`, fixed by what it is for: times differ between machines, not between runs. */
export function between(seed: string, least: number, most: number): number {
  const part = Number.parseInt(hexOf(seed, 8), 16) / 0xffff_ffff;
  return Math.round(least + part * (most - least));
}
