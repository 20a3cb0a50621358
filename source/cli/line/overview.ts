import type { VerbTable } from './verb.ts';

/** What `kloudspot --help` prints. */
export function overview(verbs: VerbTable, version: string): string {
  const shown = Object.entries(verbs).filter(([, { hidden }]) => !hidden);
  const widest = Math.max(...shown.map(([name]) => name.length));
  return `kloudspot ${version}: from bare Ubuntu machines to a highly available MicroK8s
cluster that runs a product.

Usage: kloudspot VERB [flags]

${shown.map(([name, { about }]) => `  ${name.padEnd(widest)}  ${about}`).join('\n')}

For every verb:
  --site FILE         The site file, else etc/kloudspot/site.yaml under the root
  --rehearse [NAME]   Use simulated nodes: nothing real is touched
  --yes               Ask nothing; fail with a list where an answer is missing
  --plain  --json  --no-color  --ascii  --verbose  --root DIR  --version

kloudspot VERB --help says more. Try it without risk: kloudspot init --rehearse
`;
}
