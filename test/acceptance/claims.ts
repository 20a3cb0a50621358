import type { Claim } from './claim.ts';
import { cluster } from './claims/cluster.ts';
import { machines } from './claims/machines.ts';
import { product } from './claims/product.ts';
import { standIns } from './claims/stand-ins.ts';

/** Every claim of docs/proof.md, by its id. */
export const claims: Readonly<Record<string, Claim>> = { ...machines, ...cluster, ...product, ...standIns };

const first = ['R1', 'R2', 'R15'];
const last = ['R31', 'R21', 'R36', 'R23'];

/** The order in which they are asked: what needs bare machines first, what disturbs the cluster last. */
export function ordered(): string[] {
  const number = (id: string) => Number(id.slice(1)) + (id.startsWith('S') ? 1_000 : 0);
  const others = Object.keys(claims).filter((id) => ![...first, ...last].includes(id));
  return [...first, ...others.toSorted((a, b) => number(a) - number(b)), ...last];
}
