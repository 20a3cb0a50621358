import * as z from 'zod';
import { raw } from './raw.ts';

/** One value for all tracks, or by the track from which each holds. */
const byTrack = z
  .union([z.string(), z.record(z.string(), z.string())])
  .transform((value) => (typeof value === 'string' ? { '0': value } : value));
const addon = z.strictObject({
  name: z.string(),
  about: byTrack,
  proof: byTrack,
  version: byTrack,
  disable: byTrack.optional(),
});

export const known = z
  .strictObject({
    core: z.array(addon),
    community: z.array(z.string()),
    lies: z.record(z.string(), z.string()),
  })
  .parse(raw.addons);
