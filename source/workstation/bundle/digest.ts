import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileSlice } from '../../host/host.ts';

/** SHA-256 of a file, or of some bytes of it, read piece by piece: 64 hex digits. */
export async function digestOfFile(path: string, slice?: Pick<FileSlice, 'start' | 'bytes'>): Promise<string> {
  const hash = createHash('sha256');
  if (slice?.bytes === 0) return hash.digest('hex');
  const span = slice === undefined ? {} : { start: slice.start, end: slice.start + slice.bytes - 1 };
  for await (const piece of createReadStream(path, { ...span, highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest('hex');
}
