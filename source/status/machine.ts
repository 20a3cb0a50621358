import type { ReadOnlyHost, RunResult } from '../host/host.ts';
import { authorization, parseAuthorization } from '../microk8s/authorization.ts';
import { certificateDates, parseCertificateDates } from '../microk8s/certificates.ts';
import { readSnapList, snap } from '../microk8s/snap.ts';
import { fileSystemSpace, parseFileSystemSpace, parseThinPoolUse, thinPoolUse } from '../storage/fullness.ts';
import { groupsMissingDisks, parseMissingDisks } from '../storage/missing-disks.ts';
import type { ObservedMachine } from './observation.ts';

/** Asks one machine about itself; throws where it does not answer. It needs no API: it works while the cluster is down. */
export async function lookAtMachine(host: ReadOnlyHost, deadline: number): Promise<ObservedMachine> {
  const [, list, dates, authority, groups, space, thin] = await Promise.all([
    host.run(['true'], { deadline }),
    host.run(snap.list('microk8s'), { deadline }).catch(() => undefined),
    host.run(certificateDates, { sudo: true, deadline }).catch(() => undefined),
    host.run(authorization, { sudo: true, deadline }).catch(() => undefined),
    host.run(groupsMissingDisks, { sudo: true, deadline }).catch(() => undefined),
    host.run(fileSystemSpace, { deadline }).catch(() => undefined),
    host.run(thinPoolUse, { sudo: true, deadline }).catch(() => undefined),
  ]);
  return {
    node: host.name,
    snap: snapOf(list),
    certificates: dates?.code === 0 ? parseCertificateDates(dates.stdout) : undefined,
    authorization: authority?.code === 0 ? parseAuthorization(authority.stdout) : undefined,
    missingDisks: ofLvm(groups, parseMissingDisks),
    // It ends with 1 where one of the folders is not there.
    fileSystems: space && parseFileSystemSpace(space.stdout),
    thinPools: ofLvm(thin, parseThinPoolUse),
  };
}

/** Nothing where the node has no LVM: `timeout` ends with 127 then. */
function ofLvm<T>(result: RunResult | undefined, read: (stdout: string) => readonly T[] | undefined) {
  if (result?.code === 127) return [];
  return result?.code === 0 ? read(result.stdout) : undefined;
}

function snapOf(list: RunResult | undefined): ObservedMachine['snap'] {
  const answer = list && readSnapList('microk8s', list);
  return answer?.answered ? (answer.value ?? 'absent') : undefined;
}
