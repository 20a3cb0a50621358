import { parse } from 'yaml';
import * as z from 'zod';
import { messageOf } from '../../../errors/thrown.ts';
import { changeRefusal } from '../../cluster/immutable.ts';
import { isReady } from '../../cluster/schemas.ts';
import { find, list, ownedBy } from '../../cluster/store.ts';
import type { Cluster } from '../../model/cluster.ts';
import { fileAt } from '../../node/file-system.ts';
import { type Call, lastValue, refuse, type Steps } from '../call.ts';
import { merge } from '../kubectl/apply.ts';
import { asJson, asText } from './ask.ts';
import { type Chart, chartOf, objectsOf, schemaOf } from './chart.ts';
import { refusedValues } from './judge.ts';
import { begun, ensureNamespace, install, isPending, latest, releaseOf } from './releases.ts';
import { type Helm, spanOf } from './request.ts';

const readMs = 1_200;
const applyMs = 3_500;
const lookAgainMs = 2_000;
const usualTimeoutMs = 300_000;
const words = z.record(z.string(), z.unknown());

/** `helm upgrade --install RELEASE CHART …` and `helm install RELEASE CHART …`. */
export function* upgrade(helm: Helm): Steps {
  const { call, options, namespace } = helm;
  const [name, word] = helm.words;
  const installs = call.words[0] === 'install' || options.flags.has('--install') || options.flags.has('-i');
  if (name === undefined || word === undefined)
    return refuse(call, 'Error: "helm upgrade" requires 2 arguments\n\nUsage:  helm upgrade [RELEASE] [CHART] [flags]');
  const before = helm.see((cluster) => releaseOf(cluster, name, namespace));
  const last = before === undefined ? undefined : latest(before);
  // What `helm upgrade` itself looks at, before it begins, fails without its words.
  const inInstall = failing(call, undefined);
  const not = notNow(name, last, installs, call.words[0] === 'install');
  if (not !== undefined) return refuse(call, `Error: ${not}`);
  if (last === undefined && call.words[0] !== 'install')
    call.out(`Release "${name}" does not exist. Installing it now.\n`);
  const chart = chartOf(call, word, options);
  if (typeof chart === 'string') return refuse(call, `Error: ${inInstall}${chart}`);
  const values = valuesOf(helm);
  if (typeof values === 'string') return refuse(call, `Error: ${inInstall}${values}`);
  const wrong = refusedValues({ name: chart.name, ...schemaOf(call, word) }, values);
  if (wrong !== undefined) return refuse(call, `Error: ${failing(call, last)}${wrong}\n`);
  yield chart.fetchMs + readMs;
  const refused = helm.change((cluster, now) => {
    if (options.flags.has('--create-namespace')) ensureNamespace(cluster, now, namespace);
    if (find(cluster, 'Namespace', undefined, namespace) === undefined)
      return `create: failed to create: namespaces "${namespace}" not found`;
    begun(cluster, name, namespace, {
      status: last === undefined ? 'pending-install' : 'pending-upgrade',
      chart: `${chart.name}-${chart.version}`,
      appVersion: chart.appVersion,
      description: last === undefined ? 'Initial install underway' : 'Preparing upgrade',
      lastDeployed: now,
      values,
      objects: [...(last?.objects ?? [])],
    });
    return undefined;
  });
  if (refused !== undefined) return refuse(call, `Error: ${failing(call, last)}${refused}`);
  yield applyMs;
  const forbidden = putInPlace(helm, chart, name, last?.objects ?? []);
  if (forbidden !== undefined) return refuse(call, `Error: ${failing(call, last)}${forbidden}`);
  const ready = !options.flags.has('--wait') || (yield* untilReady(helm, name));
  return conclude(helm, name, last, ready);
}

/** What Helm says before the reason; nothing where `upgrade --install` installs. */
function failing(call: Call, last: ReturnType<typeof latest>): string {
  if (call.words[0] === 'install') return 'INSTALLATION FAILED: ';
  return last === undefined ? '' : 'UPGRADE FAILED: ';
}

/** Why Helm refuses the release as it is. */
function notNow(name: string, last: ReturnType<typeof latest>, installs: boolean, only: boolean): string | undefined {
  if (last === undefined) return installs ? undefined : `UPGRADE FAILED: "${name}" has no deployed releases`;
  if (only) return 'INSTALLATION FAILED: cannot re-use a name that is still in use';
  return isPending(last) ? 'UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress' : undefined;
}

function valuesOf({ call, options }: Helm): Record<string, unknown> | string {
  let values: unknown = {};
  for (const file of [...(options.values.get('-f') ?? []), ...(options.values.get('--values') ?? [])]) {
    const text = file === '-' ? call.stdin : call.look((machine) => fileAt(machine, file)?.content);
    if (text === undefined) return `open ${file}: no such file or directory`;
    try {
      values = merge(values, parse(text, { version: '1.1' }) ?? {});
    } catch (thrown) {
      return `failed to parse ${file}: error converting YAML to JSON: ${messageOf(thrown)}`;
    }
  }
  for (const pair of options.values.get('--set') ?? []) {
    const [path = '', value = ''] = pair.split('=');
    values = merge(
      values,
      path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value),
    );
  }
  const read = words.safeParse(values);
  return read.success ? read.data : 'values must be a map';
}

/** What the API server refuses of the chart's objects, in its words: the revision has failed then. */
function putInPlace(
  { call, namespace, change }: Helm,
  chart: Chart,
  name: string,
  before: readonly string[],
): string | undefined {
  return change((cluster, now) => {
    const release = releaseOf(cluster, name, namespace);
    const revision = release === undefined ? undefined : latest(release);
    if (release === undefined || revision === undefined) return undefined;
    const objects = objectsOf(chart, revision.values, { release: name, namespace }, call.product);
    const [refused] = objects.flatMap((object) => {
      const refusal = changeRefusal(cluster, object);
      return refusal ? [`cannot patch "${object.metadata.name}" with kind ${object.kind}: ${refusal.text}`] : [];
    });
    if (refused !== undefined) {
      revision.status = 'failed';
      revision.description = `Upgrade "${name}" failed: ${refused}`;
      return refused;
    }
    revision.objects = install(cluster, now, release, objects, before);
    return undefined;
  });
}

function* untilReady({ options, namespace, see }: Helm, name: string): Generator<number, boolean, void> {
  const limit = see((_cluster, now) => now) + spanOf(lastValue(options, '--timeout'), usualTimeoutMs);
  for (;;) {
    const [ready, now] = see((cluster, time) => [allReady(cluster, name, namespace), time]);
    if (ready) return true;
    if (now >= limit) return false;
    yield lookAgainMs;
  }
}

/** Every pod of every workload of the release serves. */
export function allReady(cluster: Cluster, name: string, namespace: string): boolean {
  const release = releaseOf(cluster, name, namespace);
  const keys = (release === undefined ? undefined : latest(release))?.objects ?? [];
  return keys.every((key) => {
    const object = cluster.objects[key];
    if (object === undefined || !['Deployment', 'StatefulSet', 'DaemonSet'].includes(object.kind)) return true;
    const status: unknown = object['status'];
    const pods = list(cluster, 'Pod', namespace).filter((pod) => ownedBy(pod, object.kind, object.metadata.name));
    const wanted =
      object.kind === 'DaemonSet'
        ? list(cluster, 'Node').length
        : Number(Reflect.get(Object(object['spec']), 'replicas') ?? 1);
    return status !== undefined && pods.filter(isReady).length >= wanted;
  });
}

function conclude(
  { call, options, namespace, change, see }: Helm,
  name: string,
  before: ReturnType<typeof latest>,
  ready: boolean,
): number {
  const first = before === undefined;
  const given = lastValue(options, '--description');
  change((cluster) => {
    const release = releaseOf(cluster, name, namespace);
    const revision = release === undefined ? undefined : latest(release);
    if (release === undefined || revision === undefined) return;
    revision.status = ready ? 'deployed' : 'failed';
    const said = first ? 'Install complete' : 'Upgrade complete';
    revision.description = ready
      ? (given ?? said)
      : `${first ? 'Release' : 'Upgrade'} "${name}" failed: context deadline exceeded`;
    if (!ready) return;
    for (const other of release.revisions)
      if (other !== revision && other.status === 'deployed') other.status = 'superseded';
  });
  if (!ready) return refuse(call, `Error: ${failing(call, before)}context deadline exceeded`);
  const release = see((cluster) => releaseOf(cluster, name, namespace));
  const revision = release === undefined ? undefined : latest(release);
  if (release === undefined || revision === undefined) return 1;
  if (!first) call.out(`Release "${name}" has been upgraded. Happy Helming!\n`);
  call.out(
    lastValue(options, '-o', '--output') === 'json'
      ? `${JSON.stringify(asJson(release, revision))}\n`
      : asText(release, revision),
  );
  return 0;
}
