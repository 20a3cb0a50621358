import { changeRefusal, kubectlRefusal } from '../../cluster/immutable.ts';
import { printed } from '../../cluster/kinds.ts';
import { taintsOf } from '../../cluster/schemas.ts';
import { put } from '../../cluster/store.ts';
import { type KubeObject, kubeObjectSchema } from '../../model/cluster.ts';
import { lastValue, refuse, type Steps } from '../call.ts';
import { merge } from './apply.ts';
import type { Kubectl } from './request.ts';
import { notFound, objectsOf, type Target, targetsOf } from './targets.ts';

/** Changes each object that the words name and prints what was done. */
function* each(
  kubectl: Kubectl,
  words: readonly string[],
  done: string,
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
      return objects.map((object) => printed(target.kind, object.metadata.name));
    });
    if (typeof changed === 'string') return refuse(call, changed);
    if (changed.length === 0 && target.name !== undefined) return refuse(call, notFound(target.kind, target.name));
    for (const name of changed) call.out(`${name} ${done}\n`);
  }
  return 0;
}

/** `kubectl scale KIND NAME --replicas=N` */
export function* scale(kubectl: Kubectl): Steps {
  const replicas = Number(lastValue(kubectl.options, '--replicas') ?? Number.NaN);
  if (!Number.isInteger(replicas))
    return refuse(
      kubectl.call,
      'error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
    );
  return yield* each(kubectl, kubectl.words, 'scaled', (object) => merge(object, { spec: { replicas } }));
}

/** `kubectl taint nodes NAME KEY=:EFFECT|KEY:EFFECT- [--overwrite]` */
export function* taint(kubectl: Kubectl): Steps {
  const [kind = '', name = '', ...words] = kubectl.words;
  const [, key = '', , effect = '', off = ''] = /^([^=:]+)(=[^:]*)?:(\w+)(-?)$/.exec(words[0] ?? '') ?? [];
  if (key === '') return refuse(kubectl.call, 'error: at least one taint update is required');
  return yield* each(kubectl, [kind, name], off === '' ? 'tainted' : 'untainted', (object) => {
    const others = taintsOf(object).filter((one) => one.key !== key);
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
    return refuse(call, `error: unable to parse "${text}": yaml: did not find expected node content`);
  }
  return yield* each(kubectl, kubectl.words, 'patched', (object) => merge(object, change));
}

/** `name=value` sets, `name-` takes away. */
function marks(words: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', ...value] = word.split('=');
      return value.length === 0 ? [name.replace(/-$/, ''), null] : [name, value.join('=')];
    }),
  );
}

/** `kubectl label|annotate KIND NAME a=b c-` */
function mark(part: 'labels' | 'annotations', done: string): (kubectl: Kubectl) => Steps {
  return function* (kubectl) {
    const isMark = (word: string) => word.includes('=') || word.endsWith('-');
    const words = kubectl.words.filter((word) => !isMark(word));
    const wanted = marks(kubectl.words.filter(isMark));
    return yield* each(kubectl, words, done, (object) => merge(object, { metadata: { [part]: wanted } }));
  };
}

export const label = mark('labels', 'labeled');
export const annotate = mark('annotations', 'annotated');

/** `kubectl cordon|uncordon NODE` */
export function* cordon(kubectl: Kubectl): Steps {
  const closed = kubectl.call.words.includes('cordon');
  const change = { spec: { unschedulable: closed ? true : null } };
  return yield* each(kubectl, ['nodes', ...kubectl.words], closed ? 'cordoned' : 'uncordoned', (object) =>
    merge(object, change),
  );
}
