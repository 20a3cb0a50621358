import { basename } from 'node:path';
import { unlessFault } from '../../errors/unless-fault.ts';
import { helm, parseChartName, parseReleaseList } from '../../kubernetes/helm.ts';
import { targetOf } from '../../network/targets.ts';
import type { StorageSubject } from './subject.ts';

/** Whether a release of OpenEBS is installed. Without a cluster there is none; undefined where that is not known. */
export async function seenOpenebs(subject: StorageSubject): Promise<boolean | undefined> {
  const managers = subject.nodes.filter(
    ({ name, role }) => role === 'manager' && subject.facts.get(name)?.microk8s?.running,
  );
  const installed = [...subject.facts.values()].some(({ microk8s }) => microk8s?.installed);
  if (!installed) return subject.facts.size === 0 ? undefined : false;
  const [manager] = managers;
  if (!manager) return undefined;
  return unlessFault(async () => {
    const host = await subject.world.hosts.get(targetOf(manager));
    const { stdout } = await host.run(helm.list(), { sudo: true, deadline: 20_000 });
    const releases = parseReleaseList(stdout);
    const { classes: _, ...engines } = subject.product.storage;
    const own = Object.values(engines);
    return releases?.some(({ name, chart }) => {
      const { name: of } = parseChartName(chart) ?? {};
      return of === 'openebs' || own.some((engine) => engine.release === name || basename(engine.chart) === of);
    });
  });
}
