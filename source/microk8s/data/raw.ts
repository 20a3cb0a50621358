import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Read when the program runs from its sources. The build puts what the files say in the place of the modules that read this: scripts/build/data.ts. */
export const raw: Readonly<Record<'addons' | 'images' | 'messages' | 'node' | 'services' | 'tracks', unknown>> = {
  addons: read('addons'),
  images: read('images'),
  messages: read('messages'),
  node: read('node'),
  services: read('services'),
  tracks: read('tracks'),
};

function read(name: string): unknown {
  return parse(readFileSync(join(import.meta.dirname, `${name}.yaml`), 'utf8'));
}
