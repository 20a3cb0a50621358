import * as z from 'zod';
import type { FileSlice } from '../host/host.ts';

/** What a part is. `assertion`: the signatures of a snap, as the store gave them. */
export const partKinds = ['snap', 'assertion', 'package', 'image', 'chart', 'program'] as const;

/** Who needs a part: the cluster before it is ready, the storage engines, the product, the operator. */
const users = ['cluster', 'storage', 'product', 'operator'] as const;

const part = z.strictObject({
  /** Where it lies in the bundle. */
  path: z.string().regex(/^[a-z]+\/[A-Za-z0-9._+~/-]{1,90}$/),
  kind: z.enum(partKinds),
  /** Of an image, its whole reference: `docker.io/coredns/coredns:1.12.3`. */
  name: z.string().min(1),
  version: z.string().optional(),
  for: z.enum(users),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().min(0),
  /** As its maker states it; left out where it states none. */
  licence: z.string().optional(),
  /** Of a package: the release of Ubuntu that it is for. */
  release: z.string().optional(),
  /** Of a chart: the repository or registry that it came from. */
  origin: z.string().optional(),
});
/** One file of a bundle. */
export type Part = z.output<typeof part>;

export const manifestSchema = z.strictObject({
  version: z.literal(1),
  /** ISO 8601. */
  createdAt: z.iso.datetime(),
  /** Version of the program that made it. */
  madeBy: z.string(),
  channel: z.string(),
  /** As Debian and snapd call it: `amd64`. */
  architecture: z.string(),
  /** Releases of Ubuntu that its packages are for. */
  releases: z.array(z.string()),
  product: z.string(),
  features: z.array(z.string()),
  parts: z.array(part).min(1),
});

/** What a bundle holds: its first file, `manifest.json`. */
export type BundleManifest = z.output<typeof manifestSchema>;
export const manifestName = 'manifest.json';

/** A bundle on the workstation, with the place of each part in its file. */
export interface Bundle {
  /** Absolute path. */
  readonly file: string;
  readonly manifest: BundleManifest;
  /** Path of a part → where its first byte is. */
  readonly starts: ReadonlyMap<string, number>;
}

/** The names that the kernel gives to architectures, as Debian and snapd call them. */
export const debianArchitecture: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  s390x: 's390x',
  ppc64le: 'ppc64el',
};

/** The bytes of one part. */
export function sliceOf({ file, starts }: Bundle, { path, bytes }: Part): FileSlice {
  return { path: file, start: starts.get(path) ?? 0, bytes };
}
