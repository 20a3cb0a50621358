import { createHash } from 'node:crypto';
import type { Plan } from './document.ts';

/** First 12 hex digits of SHA-256 over what a plan rests on and does. */
export function planHash({
  site,
  basis,
  steps,
  accepted,
}: Pick<Plan, 'site' | 'basis' | 'steps' | 'accepted'>): string {
  const hash = createHash('sha256');
  let text = '';
  canonical({ site, basis, steps, accepted }, (piece) => {
    text += piece;
    if (text.length < 50_000) return;
    hash.update(text);
    text = '';
  });
  return hash.update(text).digest('hex').slice(0, 12);
}

/**
 * JSON with its keys in order: a plan that was stored and read back is the same plan. In pieces, since that of a thousand
 * nodes is tens of megabytes long.
 */
function canonical(value: unknown, write: (piece: string) => void): void {
  if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) {
      write(index === 0 ? '[' : ',');
      canonical(part ?? null, write);
    }
    write(value.length === 0 ? '[]' : ']');
  } else if (typeof value === 'object' && value !== null) {
    let before = '{';
    for (const key of Object.keys(value).sort()) {
      const part: unknown = Reflect.get(value, key);
      if (part === undefined) continue;
      write(`${before}${JSON.stringify(key)}:`);
      canonical(part, write);
      before = ',';
    }
    write(before === '{' ? '{}' : '}');
  } else write(JSON.stringify(value));
}
