import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { parse } from 'yaml';
import { helpTexts } from '../../source/cli/line/help-texts.ts';
import { raw } from '../../source/microk8s/data/raw.ts';
import type { KnownName } from '../../source/product/known-names.ts';
import { aroundStart } from '../../source/ui/ink/first-page/around.ts';

const products = resolve(import.meta.dirname, '../../templates/products');

/** How each product file begins, up to the line of its name. */
const knownNames = readdirSync(products)
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file): KnownName[] => {
    const [start] = /^[\s\S]*?^name:[^\n]*\n/m.exec(readFileSync(resolve(products, file), 'utf8')) ?? [];
    return start === undefined ? [] : [{ start, name: String(parse(start).name) }];
  });

/** Modules whose one value is worked out when the program is built: the built program needs nothing of what they are made from. */
const values: readonly { readonly file: RegExp; readonly name: string; readonly value: unknown }[] = [
  { file: /source\/microk8s\/data\/raw\.ts$/, name: 'raw', value: raw },
  { file: /source\/cli\/line\/help-texts\.ts$/, name: 'helpTexts', value: helpTexts },
  { file: /source\/product\/known-names\.ts$/, name: 'knownNames', value: knownNames },
  { file: /source\/ui\/ink\/first-page\/around\.ts$/, name: 'aroundStart', value: aroundStart },
];

export const builtData: Plugin = {
  name: 'built data',
  setup(build) {
    for (const { file, name, value } of values)
      build.onLoad({ filter: file }, () => ({
        contents: `export const ${name} = ${JSON.stringify(value)};`,
        loader: 'js',
      }));
  },
};
