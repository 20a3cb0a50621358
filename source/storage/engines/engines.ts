import { type Site, siteSchema } from '../../site/schema.ts';
import { gibibyte } from '../bytes.ts';

/** A name that `storage.shared.engine` takes. */
export type EngineName = Site['storage']['shared']['engine'];

/** What is different between the engines that hold shared volumes. */
export interface SharedEngine {
  readonly name: EngineName;
  readonly label: string;
  /** Beside its label where it is chosen. */
  readonly hint: string;
  /** Whether the pool lies on a logical volume that this program makes and counts. */
  readonly ours: boolean;
  /** Whether its volumes come to a node by iSCSI. */
  readonly iscsi: boolean;
  /** Which chart of the product's storage brings it; undefined: nothing is installed. */
  readonly chart?: 'cstor';
  /** Bytes of volumes that a pool on so many raw bytes can really hold; 0 where the pool is not ours. */
  usable(rawBytes: number): number;
  /** Raw bytes, in whole GiB, that a pool needs for so many bytes of volumes. The inverse of `usable`. */
  raw(volumeBytes: number): number;
  /** Said where the engine is chosen. */
  readonly note?: string;
}

/**
 * A cStor pool reports 0.895 of its raw device (samples: 10 GiB gives 9.63e9 bytes, 100 GiB gives 96.4e9)
 * and turns read-only at 85 % of that. Its volumes are thin, so the API never refuses: only who plans can.
 * `docs/storage.md`; https://openebs.io/docs/3.10.x/user-guides/cstor/advanced (roThresholdLimit).
 */
export const cstorPoolShare = 0.895;
const cstorReadOnlyAt = 0.85;
const cstorShare = cstorPoolShare * cstorReadOnlyAt;

const cstor: SharedEngine = {
  name: 'cstor',
  label: 'OpenEBS cStor',
  hint: 'archived upstream since 2024; the product documents it',
  ours: true,
  iscsi: true,
  chart: 'cstor',
  usable: (rawBytes) => Math.floor(rawBytes * cstorShare),
  raw: (volumeBytes) => Math.ceil(volumeBytes / cstorShare / gibibyte) * gibibyte,
  note: 'cStor was deprecated upstream with OpenEBS 4.0 and its repositories are archived; it is pinned here.',
};

/** A storage class of the operator's own: what it holds is not seen from here. */
const existing: SharedEngine = {
  name: 'existing',
  label: 'a storage class of yours',
  hint: 'your own replicated storage',
  ours: false,
  iscsi: false,
  usable: () => 0,
  raw: () => 0,
};

const engines: Readonly<Record<EngineName, SharedEngine>> = { cstor, existing };

const engineSchema = siteSchema.shape.storage.unwrap().shape.shared.unwrap().shape.engine;

/** The names of all engines, the default first. */
export const engineNames = engineSchema.unwrap().options;

/** What a site gets that does not say. */
export const defaultEngine: EngineName = engineSchema.parse(undefined);

/** The engine of that name; undefined where there is none. */
export const engineNamed = (name: string): EngineName | undefined => engineNames.find((one) => one === name);

/** What is known about the engine of that name. */
export function sharedEngine(name: EngineName): SharedEngine {
  return engines[name];
}
