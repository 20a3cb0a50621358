import { parseAllDocuments } from 'yaml';
import { isMapping } from '../../../text/mapping.ts';
import { unansweredWebhook } from '../../cluster/controllers/admission.ts';
import { changeRefusal, kubectlRefusal } from '../../cluster/immutable.ts';
import { kindOf, printed, qualified } from '../../cluster/kinds.ts';
import { find, put } from '../../cluster/store.ts';
import { type Cluster, type KubeObject, kubeObjectSchema } from '../../model/cluster.ts';
import { fileAt } from '../../node/file-system.ts';
import { lastValue, refuse, type Steps } from '../call.ts';
import type { Kubectl } from './request.ts';

/** `kubectl apply [--server-side --force-conflicts] -f -|FILE` with one or more documents. */
export function* apply({ call, options, namespace, change }: Kubectl): Steps {
  const source = lastValue(options, '-f', '--filename');
  if (source === undefined) return refuse(call, 'error: must specify one of -f and -k');
  const shown = source === '-' ? 'STDIN' : source;
  const text = source === '-' ? call.stdin : call.look((machine) => fileAt(machine, source)?.content);
  if (text === undefined) return refuse(call, `error: the path "${source}" does not exist`);
  const read = manifests(text);
  if (typeof read === 'string')
    return refuse(call, `error: error parsing ${shown}: error converting YAML to JSON: ${read}`);
  if (read.length === 0) return refuse(call, 'error: no objects passed to apply');
  yield 250;
  const serverSide = options.flags.has('--server-side') || options.values.get('--server-side')?.at(-1) === 'true';
  let code = 0;
  for (const manifest of read) {
    const refused = change((cluster, now) => applyOne(cluster, now, manifest, namespace, shown));
    if ('refusal' in refused) code = refuse(call, refused.refusal);
    else call.out(`${refused.name} ${serverSide ? 'serverside-applied' : refused.verb}\n`);
  }
  return code;
}

function manifests(text: string): readonly KubeObject[] | string {
  const objects: KubeObject[] = [];
  for (const document of parseAllDocuments(text)) {
    const broken = document.errors[0];
    if (broken !== undefined) return `yaml: ${broken.message.split('\n')[0]}`;
    const value: unknown = document.toJS();
    if (value === null || value === undefined) continue;
    const items =
      typeof value === 'object' && 'kind' in value && value.kind === 'List' && 'items' in value ? value.items : [value];
    for (const item of Array.isArray(items) ? items : []) {
      const parsed = kubeObjectSchema.safeParse(item);
      if (!parsed.success)
        return `Object 'Kind' or 'metadata.name' is missing in '${JSON.stringify(item).slice(0, 60)}'`;
      objects.push(parsed.data);
    }
  }
  return objects;
}

type Applied = { readonly name: string; readonly verb: string } | { readonly refusal: string };

function applyOne(cluster: Cluster, now: number, manifest: KubeObject, namespace: string, source: string): Applied {
  const { name } = manifest.metadata;
  const kind = kindOf(cluster, manifest.apiVersion, manifest.kind);
  const place = manifest.metadata.namespace ?? namespace;
  if (kind === undefined) {
    return {
      refusal: `error: resource mapping not found for name: "${name}" namespace: "${manifest.metadata.namespace ?? ''}" from "${source}": no matches for kind "${manifest.kind}" in version "${manifest.apiVersion}"\nensure CRDs are installed first`,
    };
  }
  if (kind.namespaced && find(cluster, 'Namespace', undefined, place) === undefined) {
    return { refusal: `Error from server (NotFound): namespaces "${place}" not found` };
  }
  const before = find(cluster, kind.kind, place, name);
  if (before === undefined && kind.namespaced && isTerminating(cluster, place))
    return {
      refusal: `Error from server (Forbidden): ${qualified(kind)} "${name}" is forbidden: unable to create new content in namespace ${place} because it is being terminated`,
    };
  const wanted = encoded(manifest);
  const merged: unknown = before === undefined ? wanted : merge(before, wanted);
  const object = kubeObjectSchema.parse(merged);
  const refusal = before === undefined ? undefined : changeRefusal(cluster, object);
  if (refusal !== undefined) return { refusal: kubectlRefusal(refusal) };
  const unanswered = unansweredWebhook(cluster, object);
  if (unanswered !== undefined) return { refusal: unanswered };
  put(cluster, { ...object, metadata: { ...object.metadata, ...(kind.namespaced ? { namespace: place } : {}) } }, now);
  return { name: printed(kind, name), verb: before === undefined ? 'created' : 'configured' };
}

const isTerminating = (cluster: Cluster, namespace: string): boolean =>
  find(cluster, 'Namespace', undefined, namespace)?.metadata.deletionTimestamp !== undefined;

/** A secret's plain words lie in the API as base64 of `data`. */
function encoded(manifest: KubeObject): KubeObject {
  const { stringData, ...rest } = manifest;
  if (manifest.kind !== 'Secret' || typeof stringData !== 'object' || stringData === null) return manifest;
  const data = Object.fromEntries(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]),
  );
  const given = rest['data'];
  return kubeObjectSchema.parse({ ...rest, data: { ...(typeof given === 'object' ? given : {}), ...data } });
}

/** Maps are joined, anything else is replaced; `null` removes a key: RFC 7386. */
export function merge(before: unknown, change: unknown): unknown {
  if (!isMapping(change)) return change;
  const base = isMapping(before) ? before : {};
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}
