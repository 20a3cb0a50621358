import * as z from 'zod';
import { raw } from './raw.ts';

const track = z.strictObject({
  cluster: z.array(z.string()),
  dns: z.array(z.string()),
  ingress: z.array(z.string()),
  metallb: z.array(z.string()),
});

export const known = z.record(z.string(), track).parse(raw.images);
