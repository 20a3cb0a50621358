import { evaluate, parseFormula } from '../product/formula.ts';
import type { Product, VolumeClass } from '../product/schema.ts';
import { gibibyte } from './bytes.ts';

/** What is asked of the future: nodes that may be lost, months of growth, another number of nodes. */
export interface WhatIf {
  readonly failures?: number;
  readonly growMonths?: number;
  readonly nodes?: number;
}

/** A size that follows from the workload, with all that it rests on. */
export interface ComputedSize {
  readonly gib: number;
  readonly formula: string;
  readonly source: string;
  /** Every name in the formula with its value and where that comes from. */
  readonly values: readonly ComputedValue[];
}

export interface ComputedValue {
  readonly name: string;
  readonly value: number;
  readonly from: 'site' | 'product' | 'cluster';
  readonly source?: string;
}

export interface WorkloadSite {
  readonly workload: Readonly<Record<string, number>>;
  readonly managers: number;
  readonly whatIf?: WhatIf | undefined;
}

/** Whole GiB of one volume, at least one; undefined where the product has no formula for it. */
export function computedSize(
  product: Product,
  volume: { readonly id: string; readonly class: VolumeClass },
  site: WorkloadSite,
): ComputedSize | undefined {
  const row = product.workload?.volumes[volume.id];
  if (!row) return undefined;
  const values = valuesOf(product, volume.class, site);
  const parsed = parseFormula(row.bytes);
  const bytes = evaluate(parsed, named(values));
  const used = values.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(row.bytes));
  return { gib: Math.max(1, Math.ceil(bytes / gibibyte)), formula: row.bytes, source: row.source, values: used };
}

/** A setting of a service that follows the size of its volume, whole and rounded down; undefined where the product has none of that name. */
export function settingFor(
  product: Product,
  id: string,
  volume: { readonly gib: number; readonly class: VolumeClass },
  site: WorkloadSite,
): number | undefined {
  const row = product.workload?.settings[id];
  if (!row) return undefined;
  const values = valuesOf(product, volume.class, site).map(({ name, value }): [string, number] => [name, value]);
  const named = Object.fromEntries([...values, ['volumeBytes', volume.gib * gibibyte]]);
  return Math.floor(evaluate(parseFormula(row.value), named));
}

function valuesOf(product: Product, of: VolumeClass, { workload, managers, whatIf }: WorkloadSite): ComputedValue[] {
  const inputs = inputValues(product, workload);
  const constants = constantValues(product);
  const nodes = whatIf?.nodes ?? managers;
  const yearly = inputs.find(({ name }) => name === 'growthPercent')?.value ?? 0;
  const cluster = {
    nodes,
    instances: of === 'shared' ? 1 : nodes,
    failures: whatIf?.failures ?? 0,
    growth: (1 + yearly / 100) ** ((whatIf?.growMonths ?? 0) / 12),
  };
  const counted = Object.entries(cluster).map(([name, value]): ComputedValue => ({ name, value, from: 'cluster' }));
  return [...inputs, ...constants, ...counted];
}

/** The inputs as the site gives them, each other one with its usual value, which may follow from those before it. */
export function inputValues(product: Product, workload: Readonly<Record<string, number>>): readonly ComputedValue[] {
  const known = named(constantValues(product));
  return (product.workload?.inputs ?? []).map(({ id, default: usual, source, confidence }): ComputedValue => {
    const given = workload[id];
    const value = given ?? (typeof usual === 'number' ? usual : evaluate(parseFormula(usual), known));
    known[id] = value;
    if (given !== undefined) return { name: id, value, from: 'site' };
    const rests = `${source} (${confidence})`;
    return { name: id, value, from: 'product', source: typeof usual === 'number' ? rests : `${usual}. ${rests}` };
  });
}

const constantValues = (product: Product): readonly ComputedValue[] =>
  (product.workload?.constants ?? []).map(({ id, value, source, confidence }) => ({
    name: id,
    value,
    from: 'product',
    source: `${source} (${confidence})`,
  }));

const named = (values: readonly ComputedValue[]): Record<string, number> =>
  Object.fromEntries(values.map(({ name, value }) => [name, value]));
