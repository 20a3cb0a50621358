import { isDeepStrictEqual } from 'node:util';
import { isMapping } from '../text/mapping.ts';
import { type DraftValue, siteSchema } from './schema.ts';

const required = {
  version: 1,
  name: 'any',
  nodes: [{ name: 'any', reach: 'any', role: 'manager' }],
  network: {},
  customer: { dnsName: 'any', reference: 'any' },
};
const { product, network, system, cluster, features, storage, tls, deploy } = siteSchema.parse(required);

/** What a site file that leaves these keys out means. */
export const siteDefaults: { readonly [key: string]: DraftValue } = {
  product,
  network,
  system,
  cluster,
  features,
  storage,
  tls,
  deploy,
};

/** What is left to say of `value` when `fallback` holds by itself; undefined when nothing is. */
export function beyondDefault(value: DraftValue, fallback: DraftValue): DraftValue {
  if (isDeepStrictEqual(value, fallback)) return undefined;
  if (!isMapping(value) || !isMapping(fallback)) return value;
  const rest = Object.entries(value)
    .map(([key, inner]) => [key, beyondDefault(inner, fallback[key])] as const)
    .filter(([, inner]) => inner !== undefined);
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}
