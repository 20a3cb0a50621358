import { parse } from 'yaml';
import { safeValues } from '../text/safe-text.ts';

/** What the YAML of a chart holds, its texts made safe; undefined where it cannot be read: Helm says why. */
export const parsedYaml = (text: string, version: '1.1' | '1.2' = '1.2'): unknown =>
  unlessUnreadable(() => parse(text, { version, logLevel: 'error' }));

/** The data of YAML, its texts made safe; undefined where the library refuses it, as for an alias that leads nowhere. */
export function unlessUnreadable(read: () => unknown): unknown {
  try {
    return safeValues(read());
  } catch {
    return undefined;
  }
}
