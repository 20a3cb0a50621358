import { join } from 'node:path';
import { textNow } from '../host/read-text-now.ts';
import type { Files } from '../site/files.ts';
import { safeLine } from '../text/safe-text.ts';

/** The name of the file in `files.operator`, without its ending. */
export const memoryName = 'operator';

/** A site that a run was started for. */
export interface RecentSite {
  readonly name: string;
  readonly path: string;
  readonly at: Date;
}

/** The sites in the memory, latest first, without loading what keeps the memory. A file that cannot be read holds none. */
export function recentSites(files: Pick<Files, 'operator'>): readonly RecentSite[] {
  try {
    const stored: unknown = JSON.parse(textNow(join(files.operator, `${memoryName}.json`)) ?? '{}');
    const sites = isObject(stored) && Array.isArray(stored['sites']) ? stored['sites'] : [];
    return sites.flatMap(asSite);
  } catch {
    return [];
  }
}

function asSite(data: unknown): RecentSite[] {
  if (!isObject(data)) return [];
  const { name, path, at } = data;
  if (typeof name !== 'string' || typeof path !== 'string' || typeof at !== 'string') return [];
  return [{ name: safeLine(name), path, at: new Date(at) }];
}

const isObject = (data: unknown): data is Record<string, unknown> => typeof data === 'object' && data !== null;
