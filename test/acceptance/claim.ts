// A claim of docs/proof.md, and how it is asked.
import type { Scene } from './scene.ts';

/** The opposite of the claim was seen. */
export class Fails extends Error {}

/** This script does not ask it here; the message says why, or where it is held. */
export class NotAsked extends Error {}

/** Ends well where the claim holds. */
export type Claim = (scene: Scene) => Promise<void>;

export function expect(holds: boolean, why: string): asserts holds {
  if (!holds) throw new Fails(why);
}

/** Held by a test that needs what three machines in use cannot give. */
export const elsewhere =
  (where: string): Claim =>
  async () => {
    throw new NotAsked(where);
  };
