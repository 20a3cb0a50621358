import { createHash } from 'node:crypto';
import type { Plan } from './document.ts';

/** Steps whose text is made at once. */
const together = 8;

/** First 12 hex digits of SHA-256 over what a plan rests on and does. */
export function planHash({
  site,
  basis,
  steps,
  accepted,
}: Pick<Plan, 'site' | 'basis' | 'steps' | 'accepted'>): string {
  const hash = createHash('sha256');
  hash.update(canonical({ site, basis, accepted }).slice(0, -1)).update(',"steps":[');
  // A few steps at a time, since the text of a thousand nodes is tens of megabytes long.
  for (let at = 0; at < steps.length; at += together)
    hash.update(at === 0 ? '' : ',').update(canonical(steps.slice(at, at + together)).slice(1, -1));
  return hash.update(']}').digest('hex').slice(0, 12);
}

/** First 12 hex digits of SHA-256 over a value: what is written in another order is the same. */
export const digestOf = (value: object): string =>
  createHash('sha256').update(canonical(value)).digest('hex').slice(0, 12);

/** JSON with its keys in order: a plan that was stored and read back is the same plan. */
const canonical = (value: object): string => JSON.stringify(inOrder(value));

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object') ? value.map(inOrder) : value;
  const keys = Object.keys(value).sort();
  if (keys.includes('__proto__')) return Object.fromEntries(keys.map((key) => [key, inOrder(Reflect.get(value, key))]));
  // Objects that get the same keys in the same order share their form, and JSON of such is made faster.
  const ordered: Record<string, unknown> = {};
  for (const key of keys) {
    const one: unknown = Reflect.get(value, key);
    ordered[key] = typeof one === 'object' ? inOrder(one) : one;
  }
  return ordered;
}
