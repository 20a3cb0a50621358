import type { Plugin } from 'esbuild';
import { raw } from '../../source/microk8s/data/raw.ts';

/** What MicroK8s is, from YAML into the bundle: the built program reads no file for it and needs no parser at start. */
export const microk8sData: Plugin = {
  name: 'microk8s data',
  setup(build) {
    build.onLoad({ filter: /source\/microk8s\/data\/raw\.ts$/ }, () => ({
      contents: `export const raw = ${JSON.stringify(raw)};`,
      loader: 'js',
    }));
  },
};
