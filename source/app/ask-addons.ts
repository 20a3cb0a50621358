import { unlessFault } from '../errors/unless-fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import type { HostPool } from '../host/host.ts';
import { microk8s } from '../microk8s/microk8s.ts';
import { parseMicroK8sStatus } from '../microk8s/status.ts';
import { targetOf } from '../network/targets.ts';
import type { Site } from '../site/schema.ts';
import { defined } from '../text/defined.ts';

/** Names of the addons that MicroK8s calls enabled, asked of the first manager that runs it; undefined where none answers. */
export async function askAddons(
  { nodes }: Pick<Site, 'nodes'>,
  hosts: HostPool,
  facts: ReadonlyMap<string, NodeFacts>,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  const managers = nodes.filter(({ name }) => {
    const seen = facts.get(name)?.microk8s;
    return seen?.running && !seen.worker;
  });
  for (const manager of managers) {
    const status = await unlessFault(async () => {
      const host = await hosts.get(targetOf(manager));
      return parseMicroK8sStatus(
        await host.run(microk8s.status(), { sudo: true, deadline: 20_000, ...defined({ signal }) }),
      );
    });
    if (status?.state === 'running') return status.addons;
  }
  return undefined;
}
