import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { openFile } from '../../host/read-text.ts';

/** A tar file is blocks of this many bytes (POSIX.1-2008, pax, ustar interchange format). */
const block = 512;
/** Eleven octal digits. */
const largest = 8 ** 11 - 1;

export interface Entry {
  readonly path: string;
  /** Of its first byte. */
  readonly start: number;
  readonly bytes: number;
}

/** A file that goes into an archive: a text, or a file of the workstation. */
export interface Source {
  readonly path: string;
  readonly from: { readonly text: string } | { readonly file: string };
}

/** Every file of an archive in its order; the files themselves are not read. Throws an `Error` for what is not a whole tar file. */
export async function listArchive(file: string): Promise<Entry[]> {
  const handle = await openFile(file);
  try {
    const { size } = await handle.stat();
    const entries: Entry[] = [];
    for (let at = 0; ; ) {
      const head = await headAt(handle, at);
      if (head === undefined) return entries;
      const entry = { ...head, start: at + block };
      if (entry.start + entry.bytes > size) throw new Error(`it ends within ${entry.path}`);
      entries.push(entry);
      at = entry.start + Math.ceil(entry.bytes / block) * block;
    }
  } finally {
    await handle.close();
  }
}

/** Undefined at the end, which is a block of zeros. */
async function headAt(handle: FileHandle, at: number): Promise<Omit<Entry, 'start'> | undefined> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(block), 0, block, at);
  if (bytesRead < block) throw new Error('it ends before its end mark');
  if (buffer.every((byte) => byte === 0)) return undefined;
  if (Number.parseInt(textAt(buffer, 148, 8), 8) !== checksum(buffer)) throw new Error(`no tar header at byte ${at}`);
  return { path: textAt(buffer, 0, 100), bytes: Number.parseInt(textAt(buffer, 124, 12), 8) };
}

const textAt = (buffer: Buffer, start: number, length: number): string =>
  buffer.toString('latin1', start, start + length).replace(/[\0 ]+$/, '');

/** Of a header, its own place counted as spaces. */
function checksum(head: Buffer): number {
  return head.reduce((sum, byte, place) => sum + (place >= 148 && place < 156 ? 0x20 : byte), 0);
}

/** Writes a tar file piece by piece beside `file`, and renames it once it is whole and on disk. Readable for its owner alone. */
export async function writeArchive(file: string, sources: readonly Source[]): Promise<void> {
  const fresh = `${file}.new`;
  await rm(fresh, { force: true });
  const handle = await open(fresh, 'wx', 0o600);
  try {
    for (const source of sources) await append(handle, source);
    await handle.write(Buffer.alloc(2 * block));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}

async function append(handle: FileHandle, { path, from }: Source): Promise<void> {
  const bytes = 'text' in from ? Buffer.byteLength(from.text) : (await stat(from.file)).size;
  await handle.write(headOf(path, bytes));
  if ('text' in from) await handle.write(Buffer.from(from.text));
  else for await (const piece of createReadStream(from.file, { highWaterMark: 1 << 20 })) await handle.write(piece);
  const rest = bytes % block;
  if (rest > 0) await handle.write(Buffer.alloc(block - rest));
}

function headOf(path: string, bytes: number): Buffer {
  if (Buffer.byteLength(path) > 100 || bytes > largest)
    throw new Error(`${path} does not fit a tar file: its name has at most 100 bytes, it at most 8 GiB`);
  const head = Buffer.alloc(block);
  head.write(path, 0);
  head.write('0000644\0', 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  head.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.write('0', 156);
  head.write('ustar\x0000', 257);
  head.write(`${checksum(head).toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}
