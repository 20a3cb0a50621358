import type { Plugin } from 'esbuild';
import { helpTexts } from '../../source/cli/line/help-texts.ts';
import { raw } from '../../source/microk8s/data/raw.ts';

/** Modules whose one value is worked out when the program is built, as constants in the bundle. */
const values: readonly { readonly file: RegExp; readonly contents: string }[] = [
  // What MicroK8s is, from YAML: the built program reads no file for it and needs no parser at start.
  { file: /source\/microk8s\/data\/raw\.ts$/, contents: `export const raw = ${JSON.stringify(raw)};` },
  {
    file: /source\/cli\/line\/help-texts\.ts$/,
    contents: `export const helpTexts = ${JSON.stringify(helpTexts)};`,
  },
];

export const builtData: Plugin = {
  name: 'built data',
  setup(build) {
    for (const { file, contents } of values) build.onLoad({ filter: file }, () => ({ contents, loader: 'js' }));
  },
};
