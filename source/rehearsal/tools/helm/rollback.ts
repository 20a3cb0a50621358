import { refuse, type Steps } from '../call.ts';
import { noRelease } from './ask.ts';
import { objectsOf } from './chart.ts';
import { begun, drop, install, latest, releaseOf } from './releases.ts';
import type { Helm } from './request.ts';

const removeMs = 2_500;
const lookAgainMs = 1_000;
/** ms that Helm waits for a hook. */
const hookMs = 300_000;

/** `helm uninstall RELEASE [--wait] [--no-hooks] [--ignore-not-found]`. What a running program made, and no chart, stays. */
export function* uninstall({ call, words, options, namespace, see, change }: Helm): Steps {
  const [name = ''] = words;
  const release = see((cluster) => releaseOf(cluster, name, namespace));
  if (release === undefined) {
    if (options.flags.has('--ignore-not-found')) return 0;
    return refuse(call, `Error: uninstall: Release not loaded: ${name}: release: not found`);
  }
  yield removeMs;
  if (!options.flags.has('--no-hooks') && /^cstor-\d/.test(latest(release)?.chart ?? '')) {
    // Its pre-delete hook runs in an image that its publisher has withdrawn: the job never ends.
    change((cluster) => {
      const last = latest(releaseOf(cluster, name, namespace) ?? release);
      if (last !== undefined) last.status = 'uninstalling';
    });
    yield hookMs;
    return refuse(call, `Error: failed pre-delete: 1 error occurred:\n\t* timed out waiting for the condition`);
  }
  const gone = change((cluster, now) => {
    const dropped = drop(cluster, now, latest(release)?.objects ?? []);
    cluster.releases = cluster.releases.filter((one) => !(one.name === name && one.namespace === namespace));
    return dropped;
  });
  if (options.flags.has('--wait')) {
    const there = () => see((cluster) => gone.some((key) => cluster.objects[key] !== undefined));
    while (there()) yield lookAgainMs;
  }
  call.out(`release "${name}" uninstalled\n`);
  return 0;
}

/** `helm rollback RELEASE [REVISION]`: a new revision with what an older one had. */
export function* rollback({ call, words, namespace, see, change }: Helm): Steps {
  const [name = '', number] = words;
  const release = see((cluster) => releaseOf(cluster, name, namespace));
  if (release === undefined) return refuse(call, noRelease);
  const last = latest(release);
  const wanted = number === undefined || number === '0' ? (last?.revision ?? 1) - 1 : Number(number);
  const goal = release.revisions.find((one) => one.revision === wanted);
  if (goal === undefined) return refuse(call, `Error: release has no ${wanted} version`);
  yield removeMs;
  change((cluster, now) => {
    const own = releaseOf(cluster, name, namespace);
    if (own === undefined) return;
    for (const one of own.revisions)
      if (one.status === 'deployed' || one.status.startsWith('pending-')) one.status = 'superseded';
    const [, chart = goal.chart, version = ''] = /^(.+?)-(\d.*)$/.exec(goal.chart) ?? [];
    const objects = objectsOf(
      { name: chart, version, appVersion: goal.appVersion, fetchMs: 0 },
      goal.values,
      { release: name, namespace },
      call.product,
    );
    const added = begun(cluster, name, namespace, {
      ...goal,
      status: 'deployed',
      description: `Rollback to ${wanted}`,
      lastDeployed: now,
    });
    added.objects = install(cluster, now, own, objects, last?.objects ?? []);
  });
  call.out('Rollback was a success! Happy Helming!\n');
  return 0;
}
