import { stringify } from 'yaml';

/** Manifests as one YAML text for `kubectl apply -f -`. */
export function manifestText(manifests: readonly unknown[]): string {
  return manifests.map((manifest) => stringify(manifest, { lineWidth: 0 })).join('---\n');
}
