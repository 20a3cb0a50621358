import { parse } from 'yaml';
import type { ClusterService } from '../../../microk8s/services.ts';
import { type Addon, isEnabled } from '../../cluster/addons.ts';
import { clusterOf } from '../../cluster/membership.ts';
import { claimsIn, serviceObjects } from '../../cluster/service-objects.ts';
import { list } from '../../cluster/store.ts';
import { readPath } from '../../node/file-system.ts';
import { type Call, refuse } from '../call.ts';

/** Arguments that the scripts of addons set on every node. Source: refresh_opt_in_config in addons/NAME/enable. */
const spread: Readonly<
  Record<string, { readonly service: string; readonly wanted: Readonly<Record<string, string>> }>
> = {
  'metrics-server': { service: 'kubelet', wanted: { '--authentication-token-webhook': 'true' } },
  observability: { service: 'kube-proxy', wanted: { '--metrics-bind-address': '0.0.0.0:10249' } },
};

export const spreadBy = (name: string) => spread[name];

/** Addons that the script enables before itself. */
export function broughtBy(call: Call, service: ClusterService, all: readonly Addon[]): readonly Addon[] {
  return all.filter(
    (addon) =>
      service.brings.includes(addon.name) &&
      !call.look((machine, state) => {
        const cluster = clusterOf(state, machine);
        return cluster !== undefined && isEnabled(addon, cluster, machine);
      }),
  );
}

/** The addon with the claims that the files of `--CHART-values=FILE` ask for; undefined, and said, where a file is missing. */
export function withValues(call: Call, addon: Addon, service: ClusterService): Addon | undefined {
  const files = call.words.flatMap((word) => /^--[a-z-]+-values=(.+)$/.exec(word)?.[1] ?? []);
  const texts = files.map((path) => call.look((machine, _state, now) => readPath(machine, path, now)));
  const missing = files.find((_, index) => texts[index] === undefined);
  if (missing !== undefined) {
    refuse(call, `Error: open ${missing}: no such file or directory`);
    return undefined;
  }
  const claims = texts.flatMap((text) => claimsIn(service, parse(text ?? '')));
  return { ...addon, objects: serviceObjects(service, claims) };
}

/** With the namespaces of an addon go the claims in them. */
export function dismissClaims(call: Call, { objects }: Addon): void {
  const own = objects.flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [metadata.name] : []));
  call.change((machine, state, now) => {
    const cluster = clusterOf(state, machine);
    if (cluster === undefined) return;
    for (const claim of own.flatMap((namespace) => list(cluster, 'PersistentVolumeClaim', namespace)))
      claim.metadata.deletionTimestamp ??= `${new Date(now).toISOString().slice(0, 19)}Z`;
  });
}
