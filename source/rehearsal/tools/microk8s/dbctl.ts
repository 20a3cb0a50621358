import * as z from 'zod';
import { said } from '../../../microk8s/messages.ts';
import { apiAnswers, clusterOf } from '../../cluster/membership.ts';
import { put, remove } from '../../cluster/store.ts';
import { type Cluster, clusterSchema } from '../../model/cluster.ts';
import { fileAt, writePath } from '../../node/file-system.ts';
import { isStopped } from '../../node/services.ts';
import { answer, type Call, lastValue, optionsOf, refuse, type Steps, say, tell } from '../call.ts';

/** What stands for the keys of the datastore in a rehearsed backup. */
const kept = clusterSchema.pick({ objects: true, releases: true });

/** ms that the migrator takes for a datastore of a small cluster. */
const backupMs = 4_000;
const restoreMs = 9_000;

/** `microk8s dbctl backup [-o FILE]` and `dbctl restore FILE`: scripts/wrappers/dbctl.py. */
export function* dbctl(call: Call): Steps {
  const options = optionsOf(call.words, ['-o']);
  const [verb, file] = options.rest;
  const running = call.look((machine, state, now) => !isStopped(machine) && apiAnswers(state, machine, now));
  if (!running) return answer(call, said('dbctlDown'));
  if (verb === 'backup') return yield* backup(call, lastValue(options, '-o'));
  if (verb === 'restore' && file !== undefined) return yield* restore(call, file);
  return say(call, 'usage: microk8s dbctl [-h] [--debug] {restore,backup} ...');
}

function* backup(call: Call, wanted: string | undefined): Steps {
  tell(call, said('backingUp'));
  yield backupMs;
  return call.change((machine, state, now) => {
    const time = new Date(now).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
    const file = `${(wanted ?? `/root/backup-${time}`).replace(/\.tar\.gz$/, '')}.tar.gz`;
    writePath(machine, file, JSON.stringify(kept.parse(clusterOf(state, machine))));
    return answer(call, said('backedUp', { file: wanted === undefined ? `backup-${time}.tar.gz` : file }));
  });
}

/** Every key of the backup is written again; what came after it stays, as the migrator only puts. */
function* restore(call: Call, file: string): Steps {
  tell(call, said('restoring', { file }));
  const text = call.look((machine) => fileAt(machine, file)?.content);
  if (text === undefined)
    return refuse(
      call,
      `Traceback (most recent call last):\nFileNotFoundError: [Errno 2] No such file or directory: '${file}'`,
    );
  yield restoreMs;
  return call.change((machine, state, now) => {
    const cluster = clusterOf(state, machine);
    if (cluster === undefined) return 1;
    return putBack(cluster, z.parse(kept, JSON.parse(text)), now);
  });
}

function putBack(cluster: Cluster, saved: z.output<typeof kept>, now: number): number {
  for (const object of Object.values(saved.objects)) {
    const standing = Object.values(cluster.objects).find(
      ({ kind, metadata }) =>
        kind === object.kind &&
        metadata.name === object.metadata.name &&
        metadata.namespace === object.metadata.namespace,
    );
    // Pods are the controllers' own: a restored one that runs is left to them.
    if (object.kind === 'Pod' || object.kind === 'Event') continue;
    if (standing !== undefined && standing.kind === 'Node') continue;
    if (standing !== undefined) remove(cluster, standing);
    put(cluster, object, now);
  }
  cluster.releases = saved.releases;
  cluster.resourceVersion += 1;
  return 0;
}
