import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ownClassEngine } from '../../source/site/schema.ts';
import { engineNames } from '../../source/storage/engines/engines.ts';

const source = resolve(import.meta.dirname, '../../source');

/** Where an engine of shared volumes is named: its folders, the schemas of site and product, and the simulation of what is on a cluster. */
const home = /^(storage|plan)\/engines\/|^(site|product)\/schema\.ts$|^rehearsal\//;

/** Lines that name an engine. The name of a class of the operator's own is a plain word too: it counts in quotes only. */
function naming(text: string): string[] {
  const patterns = engineNames.map((name) => (name === ownClassEngine ? RegExp(`'${name}'`) : RegExp(name, 'i')));
  return text.split('\n').filter((line) => patterns.some((one) => one.test(line.replaceAll(/https?:\/\/\S+/g, ''))));
}

it('are named in their own folders and in data only: the rest asks what an engine says of itself', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !home.test(file),
  );
  expect(files.length).toBeGreaterThan(300);
  expect(files.flatMap((file) => naming(readFileSync(join(source, file), 'utf8')))).toEqual([]);
});

it.each([
  ["if (engine === 'cstor') return;", 1],
  ["if (engine !== 'existing') return;", 1],
  ['/** cStor keeps a copy. */', 1],
  ["existing('https://github.com/openebs-archive/cstor-operators');", 0],
])('sees %s', (line, count) => expect(naming(line)).toHaveLength(count));
