import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { parse } from 'yaml';
import { helpTexts } from '../../source/cli/line/help-texts.ts';
import { known as addons } from '../../source/microk8s/data/addons.ts';
import { known as images } from '../../source/microk8s/data/images.ts';
import { known as messages } from '../../source/microk8s/data/messages.ts';
import { known as node } from '../../source/microk8s/data/node.ts';
import { known as services } from '../../source/microk8s/data/services.ts';
import { known as tracks } from '../../source/microk8s/data/tracks.ts';
import type { KnownName } from '../../source/product/known-names.ts';
import type { KnownProduct } from '../../source/product/known-products.ts';
import { readProduct } from '../../source/product/read.ts';
import type { KnownScenario } from '../../source/rehearsal/scenario/known-scenarios.ts';
import { readScenario } from '../../source/rehearsal/scenario/read.ts';
import { aroundStart } from '../../source/ui/ink/first-page/around.ts';

const templates = resolve(import.meta.dirname, '../../templates');

const textsIn = (folder: string): { readonly file: string; readonly text: string }[] =>
  readdirSync(resolve(templates, folder))
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => resolve(templates, folder, name))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** How each product file begins, up to the line of its name. */
const knownNames = textsIn('products').flatMap(({ text }): KnownName[] => {
  const [start] = /^[\s\S]*?^name:[^\n]*\n/m.exec(text) ?? [];
  return start === undefined ? [] : [{ start, name: String(parse(start).name) }];
});
const knownProducts = textsIn('products').map(
  ({ file, text }): KnownProduct => ({ text, product: readProduct(text, file) }),
);
const knownScenarios = textsIn('rehearsal').map(
  ({ file, text }): KnownScenario => ({ text, scenario: readScenario(text, file) }),
);

/** Modules whose one value is worked out when the program is built: the built program needs nothing of what they are made from. */
export const values: readonly { readonly file: RegExp; readonly name: string; readonly value: unknown }[] = [
  ...Object.entries({ addons, images, messages, node, services, tracks }).map(([name, value]) => ({
    file: new RegExp(`source/microk8s/data/${name}\\.ts$`),
    name: 'known',
    value,
  })),
  { file: /source\/cli\/line\/help-texts\.ts$/, name: 'helpTexts', value: helpTexts },
  { file: /source\/product\/known-names\.ts$/, name: 'knownNames', value: knownNames },
  { file: /source\/product\/known-products\.ts$/, name: 'knownProducts', value: knownProducts },
  { file: /source\/rehearsal\/scenario\/known-scenarios\.ts$/, name: 'knownScenarios', value: knownScenarios },
  { file: /source\/ui\/ink\/first-page\/around\.ts$/, name: 'aroundStart', value: aroundStart },
];

export const builtData: Plugin = {
  name: 'built data',
  setup(build) {
    for (const { file, name, value } of values)
      build.onLoad({ filter: file }, () => ({
        // A large value is faster to read as JSON than as a program.
        contents: `export const ${name} = JSON.parse(${JSON.stringify(JSON.stringify(value))});`,
        loader: 'js',
      }));
  },
};
