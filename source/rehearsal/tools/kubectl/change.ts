import { isDeepStrictEqual } from 'node:util';
import { changeRefusal, kubectlRefusal } from '../../cluster/immutable.ts';
import { printed, qualified } from '../../cluster/kinds.ts';
import { taintsOf } from '../../cluster/schemas.ts';
import { find, put } from '../../cluster/store.ts';
import { type Cluster, type KubeObject, kubeObjectSchema } from '../../model/cluster.ts';
import { lastValue, refuse, type Steps } from '../call.ts';
import { merge } from './apply.ts';
import type { Kubectl } from './request.ts';
import { notFound, objectsOf, type Target, targetsOf } from './targets.ts';

/** What kubectl prints behind an object: that it was changed, or was as wanted. */
interface Done {
  readonly changed: string;
  readonly same: string;
}

/** Changes each object that the words name and prints what was done. */
function* each(
  kubectl: Kubectl,
  words: readonly string[],
  done: Done,
  change: (object: KubeObject, target: Target) => unknown,
): Steps {
  const { call } = kubectl;
  const targets = kubectl.see((cluster) => targetsOf(cluster, words));
  if (typeof targets === 'string') return refuse(call, targets);
  yield 120;
  for (const target of targets) {
    const changed = kubectl.change((cluster, now) => {
      const objects = objectsOf(kubectl, cluster, target);
      const wanted = objects.map((object) => kubeObjectSchema.parse(change(object, target)));
      const [refusal] = wanted.flatMap((object) => changeRefusal(cluster, object) ?? []);
      if (refusal) return kubectlRefusal(refusal);
      for (const object of wanted) put(cluster, object, now);
      return objects.map((object, index) => {
        const said = isDeepStrictEqual(object, wanted[index]) ? done.same : done.changed;
        return `${printed(target.kind, object.metadata.name)} ${said}`;
      });
    });
    if (typeof changed === 'string') return refuse(call, changed);
    if (changed.length === 0 && target.name !== undefined) return refuse(call, notFound(target.kind, target.name));
    for (const line of changed) call.out(`${line}\n`);
  }
  return 0;
}

/** `kubectl scale KIND NAME --replicas=N` */
export function* scale(kubectl: Kubectl): Steps {
  const replicas = Number(lastValue(kubectl.options, '--replicas') ?? Number.NaN);
  if (!Number.isInteger(replicas) || replicas < 0)
    return refuse(
      kubectl.call,
      'error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
    );
  const [missing] = kubectl.see((cluster) => missingOf(kubectl, cluster));
  if (missing !== undefined)
    return refuse(
      kubectl.call,
      `error: no objects passed to scale ${qualified(missing.kind)} "${missing.name}" not found`,
    );
  const done = { changed: 'scaled', same: 'scaled' };
  return yield* each(kubectl, kubectl.words, done, (object) => merge(object, { spec: { replicas } }));
}

/** Targets that are named and not there. */
function missingOf(kubectl: Kubectl, cluster: Cluster): readonly Target[] {
  const targets = targetsOf(cluster, kubectl.words);
  if (typeof targets === 'string') return [];
  return targets.filter((target) => target.name !== undefined && objectsOf(kubectl, cluster, target).length === 0);
}

/** `kubectl taint nodes NAME KEY=:EFFECT|KEY:EFFECT- [--overwrite]` */
export function* taint(kubectl: Kubectl): Steps {
  const [kind = '', name = '', ...words] = kubectl.words;
  const [, key = '', , effect = '', off = ''] = /^([^=:]+)(=[^:]*)?:(\w+)(-?)$/.exec(words[0] ?? '') ?? [];
  if (key === '') return refuse(kubectl.call, 'error: at least one taint update is required');
  const overwrite = kubectl.options.flags.has('--overwrite');
  const there = kubectl.see((cluster) => {
    const node = find(cluster, 'Node', undefined, name);
    return node === undefined ? [] : taintsOf(node).filter((one) => one.key === key && one.effect === effect);
  });
  if (off !== '' && there.length === 0) return refuse(kubectl.call, `error: taint "${key}:${effect}" not found`);
  if (off === '' && there.length > 0 && !overwrite)
    return refuse(
      kubectl.call,
      `error: node ${name} already has a taint(s) with same effect(s) and --overwrite is false`,
    );
  const word = overwrite ? 'modified' : off === '' ? 'tainted' : 'untainted';
  return yield* each(kubectl, [kind, name], { changed: word, same: word }, (object) => {
    const others = taintsOf(object).filter((one) => one.key !== key || one.effect !== effect);
    return merge(object, { spec: { taints: off === '' ? [...others, { key, effect }] : others } });
  });
}

/** `kubectl patch KIND NAME --type merge -p JSON` */
export function* patch(kubectl: Kubectl): Steps {
  const { call, options } = kubectl;
  const text = lastValue(options, '-p', '--patch') ?? '';
  if (lastValue(options, '--type') !== 'merge')
    return refuse(call, 'error: only --type merge is part of this rehearsal');
  let change: unknown;
  try {
    change = JSON.parse(text);
  } catch {
    return refuse(call, 'Error from server (BadRequest): error decoding patch: unexpected end of JSON input');
  }
  return yield* each(kubectl, kubectl.words, { changed: 'patched', same: 'patched (no change)' }, (object) =>
    merge(object, change),
  );
}

/** `kubectl cordon|uncordon NODE` */
export function* cordon(kubectl: Kubectl): Steps {
  const closed = kubectl.call.words.includes('cordon');
  const change = { spec: { unschedulable: closed ? true : null } };
  const word = closed ? 'cordoned' : 'uncordoned';
  return yield* each(kubectl, ['nodes', ...kubectl.words], { changed: word, same: `already ${word}` }, (object) =>
    merge(object, change),
  );
}
