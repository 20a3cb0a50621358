import * as z from 'zod';
import { raw } from './raw.ts';

const byTrack = <Schema extends z.ZodType>(value: Schema) => z.record(z.string(), value);
const names = z.array(z.string());
const volume = z.strictObject({
  id: z.string(),
  label: z.string(),
  defaultGiB: z.number().int().positive(),
  claim: z.string(),
});
/** A claim of a service. `claim`: its name in the service's namespace. */
export type ServiceVolume = z.output<typeof volume>;

const service = z.strictObject({
  name: z.string(),
  label: z.string(),
  help: z.string(),
  until: z.string().optional(),
  namespace: byTrack(z.string()),
  parts: byTrack(names),
  apis: names,
  ports: z
    .array(z.strictObject({ port: z.number().int(), use: z.string(), to: z.enum(['all', 'manager']) }))
    .default([]),
  brings: names,
  servers: z.array(z.url()),
  stays: z.string(),
  images: byTrack(names),
  charts: byTrack(names).default({}),
  volumes: z.array(volume),
  source: z.string(),
});

/** A service, with what differs between tracks by the track from which it holds. */
export type Service = z.output<typeof service>;

export const known = z.strictObject({ services: z.array(service) }).parse(raw.services).services;
