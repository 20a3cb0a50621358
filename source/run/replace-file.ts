import { open, rename } from 'node:fs/promises';

/** Writes a small file of ours so that a reader, or a power cut, finds the old text or the new one, never half of it. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${process.pid}.${counter++}`;
  const file = await open(draft, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

let counter = 0;
