import { stringify } from 'yaml';

/** Labels of every object that the steps make themselves. */
export const ownLabels = { 'app.kubernetes.io/managed-by': 'kloudspot' } as const;

/** Manifests as one YAML text for `kubectl apply -f -`. */
export function manifestText(manifests: readonly unknown[]): string {
  return manifests.map((manifest) => stringify(manifest, { lineWidth: 0 })).join('---\n');
}
