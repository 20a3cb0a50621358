import { createReadStream } from 'node:fs';
import {
  type Bundle,
  type BundleManifest,
  manifestName,
  manifestSchema,
  type Part,
  sliceOf,
} from '../../bundle/manifest.ts';
import { Fault } from '../../errors/fault.ts';
import { codeOf, isMissing, messageOf } from '../../errors/thrown.ts';
import { whyUnread } from '../../host/unread.ts';
import { kloudspot } from '../../text/command.ts';
import { parseSafeJson, safeLine } from '../../text/safe-text.ts';
import { type Entry, listArchive } from './archive.ts';
import { digestOfFile } from './digest.ts';

/** More than any manifest: the first file of another archive may be large. */
const largestManifest = 16 * 2 ** 20;

/**
 * Reads what a bundle holds, and that every part is there in its size; the parts themselves are not read. Throws a `Fault`
 * where the file is missing, not a bundle, or not written whole.
 */
export async function openBundle(file: string): Promise<Bundle> {
  const entries = await listArchive(file).catch((error: unknown) => {
    if (isMissing(error)) throw noFile(file, error);
    if (error instanceof Fault || codeOf(error) !== undefined) throw unread(file, error);
    throw noBundle(file, messageOf(error), error);
  });
  const manifest = await readManifest(file, entries[0]);
  const found = new Map(entries.map((entry) => [entry.path, entry]));
  const lost = manifest.parts.find(({ path, bytes }) => found.get(path)?.bytes !== bytes);
  if (lost) throw noBundle(file, `${lost.path} is missing, or has another size`);
  return { file, manifest, starts: new Map(entries.map(({ path, start }) => [path, start])) };
}

async function readManifest(file: string, first: Entry | undefined): Promise<BundleManifest> {
  if (first?.path !== manifestName || first.bytes > largestManifest)
    throw noBundle(file, `its first file is not ${manifestName}`);
  const pieces: Buffer[] = [];
  const end = first.start + first.bytes - 1;
  for await (const piece of createReadStream(file, { start: first.start, end })) pieces.push(piece);
  const read = manifestSchema.safeParse(asJson(Buffer.concat(pieces).toString()));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw noBundle(file, `${manifestName}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function asJson(text: string): unknown {
  try {
    return parseSafeJson(text, safeLine);
  } catch {
    return undefined;
  }
}

const make = (): string => `${kloudspot('bundle create --output FILE')}  makes one, on a machine with internet.`;

const noFile = (file: string, cause: unknown): Fault =>
  new Fault({ what: 'The bundle does not exist.', where: file, next: ['Check its path.', make()], cause });

const unread = (file: string, cause: unknown): Fault =>
  new Fault({
    what: 'The bundle cannot be read.',
    where: file,
    why: whyUnread(cause),
    next: ['Check its path.'],
    cause,
  });

const noBundle = (file: string, why: string, cause?: unknown): Fault =>
  new Fault({
    what: 'This is not a bundle of kloudspot, or the copy is incomplete.',
    where: file,
    why,
    next: ['Compare its size and its sha256sum with those on the machine that made it.', make()],
    ...(cause === undefined ? {} : { cause }),
  });

/** Paths of the parts whose bytes are not those that the manifest names. Reads the whole file, piece by piece. */
export async function damagedParts(bundle: Bundle, progress?: (part: Part) => void): Promise<string[]> {
  const damaged: string[] = [];
  for (const part of bundle.manifest.parts) {
    progress?.(part);
    if ((await digestOfFile(bundle.file, sliceOf(bundle, part))) !== part.sha256) damaged.push(part.path);
  }
  return damaged;
}
