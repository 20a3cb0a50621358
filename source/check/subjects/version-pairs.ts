import { type Pair, pairsFor, trackOf } from '../../microk8s/tracks.ts';
import { type Check, fail, nodeCheck, type Outcome, pass, warn } from '../check.ts';

/** Values of system and channel that are supported alone, and what they mean together: the pairs of `microk8s/data/tracks.yaml`. */
export const versionPairs: Check = nodeCheck(
  {
    id: 'version-pairs',
    title: 'System and channel',
    why: 'Some values are supported alone and do not go together: a release of Ubuntu whose sudo breaks a MicroK8s track, a track whose ingress needs the internet, a kernel setting that a newer kubelet refuses.',
    source: 'The pairs in source/microk8s/data/tracks.yaml, each with its source',
  },
  'system',
  ({ id, prettyName, versionId, cgroup }, { input }) => {
    const { channel } = input.site.cluster;
    const machine = { ...(id === 'ubuntu' ? { os: versionId } : {}), ...(cgroup ? { cgroup } : {}) };
    const seen = `${prettyName}, ${trackOf(channel)}`;
    const found = pairsFor(channel, machine);
    if (found.length === 0) return pass(seen, 'They go together.');
    return found.map((pair) => outcomeOf(pair, seen));
  },
);

function outcomeOf({ grade, reason, advice }: Pair, seen: string): Outcome {
  if (grade === 'pass') return pass(seen, reason);
  const rest = { advice: advice ?? 'Choose another track in cluster.channel', field: ['cluster', 'channel'] };
  return grade === 'warn' ? warn(seen, reason, rest) : fail(seen, reason, rest);
}
