import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Part } from '../../bundle/manifest.ts';
import { manifestSchema } from '../../bundle/manifest.ts';
import { makeFolder } from '../../host/make-folder.ts';
import { textIfPresent } from '../../host/read-text.ts';
import { writeAtomic } from '../../host/write-atomic.ts';
import { digestOfFile } from '../../workstation/bundle/digest.ts';

const kept = z.record(z.string(), manifestSchema.shape.parts);

/**
 * The parts of a bundle that is being made, in a folder beside it. What was fetched by an earlier, interrupted try and is unchanged
 * is not fetched again.
 */
export class Collection {
  readonly folder: string;
  readonly #items: Record<string, readonly Part[]>;

  private constructor(folder: string, items: Record<string, readonly Part[]>) {
    this.folder = folder;
    this.#items = items;
  }

  static async open(folder: string): Promise<Collection> {
    makeFolder(folder, 0o700);
    const text = await textIfPresent(join(folder, 'parts.json'));
    const read = kept.safeParse(text === undefined ? {} : asJson(text));
    return new Collection(folder, read.success ? read.data : {});
  }

  /** The parts of one item: those that are there, or what `fetch` brings. `key` says what is wanted: `snap microk8s 1.34/stable`. */
  async item(key: string, fetch: () => Promise<readonly Omit<Part, 'sha256' | 'bytes'>[]>): Promise<readonly Part[]> {
    const before = this.#items[key];
    if (before !== undefined && (await this.#unchanged(before))) return before;
    const parts: Part[] = [];
    for (const part of await fetch()) parts.push({ ...part, ...(await measured(join(this.folder, part.path))) });
    this.#items[key] = parts;
    await writeAtomic(join(this.folder, 'parts.json'), `${JSON.stringify(this.#items, undefined, 1)}\n`, 0o600);
    return parts;
  }

  async #unchanged(parts: readonly Part[]): Promise<boolean> {
    for (const { path, sha256 } of parts) {
      const now = await digestOfFile(join(this.folder, path)).catch(() => undefined);
      if (now !== sha256) return false;
    }
    return true;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function measured(file: string): Promise<Pick<Part, 'sha256' | 'bytes'>> {
  const [{ size }, sha256] = await Promise.all([stat(file), digestOfFile(file)]);
  return { sha256, bytes: size };
}
