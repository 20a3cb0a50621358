import type { NodeFacts } from '../facts/facts.ts';
import type { Clock, Host, HostPool, HostTarget } from '../host/host.ts';
import { outsideVersions } from '../kubernetes/outside-versions.ts';
import { compareVersions } from '../text/versions.ts';
import type { AccessState } from './session.ts';

/** Hosts of nodes, and in their place the clusters that are there already. */
export function withOutside(hosts: HostPool): HostPool {
  const outside = new Map<string, Host>();
  return {
    get: async (target) => {
      const { kubeconfig } = target;
      if (kubeconfig === undefined) return hosts.get(target);
      const host = outside.get(kubeconfig) ?? (await openOutside(target, kubeconfig));
      outside.set(kubeconfig, host);
      return host;
    },
    forget: (node) => hosts.forget(node),
    close: async () => {
      for (const host of outside.values()) await host.close();
      await hosts.close();
    },
  };
}

/** Loaded only where a site asks for it. */
async function openOutside({ node }: HostTarget, kubeconfig: string): Promise<Host> {
  const [{ OutsideHost }, { outsideOf }, { localHost }] = await Promise.all([
    import('./outside-host.ts'),
    import('../kubernetes/outside-words.ts'),
    import('../host/local.ts'),
  ]);
  return new OutsideHost(
    node,
    localHost(node, () => undefined),
    outsideOf(kubeconfig),
  );
}

type ReachedOutside = Exclude<AccessState, { readonly state: 'connecting' }>;

/** Oldest Kubernetes of the charts and of MicroK8s here, and the first Helm that takes charts from registries by itself. */
const least = { server: '1.28', helm: '3.8' } as const;

/** In place of facts of a node: kubectl, Helm and the API are there, and new enough. */
export async function reachOutside(host: Host, kubeconfig: string, clock: Clock): Promise<ReachedOutside> {
  const { kubectl, server, helm, said } = await outsideVersions(host);
  const failed = (what: string, ...next: string[]): ReachedOutside => ({ state: 'failed', what, next });
  if (kubectl === undefined)
    return failed('kubectl is not installed on this machine.', 'Install it: https://kubernetes.io/docs/tasks/tools');
  if (helm === undefined)
    return failed('Helm is not installed on this machine.', 'Install it: https://helm.sh/docs/intro/install');
  if (server === undefined)
    return failed(`The API of ${kubeconfig} does not answer: ${said}`, `kubectl --kubeconfig ${kubeconfig} version`);
  if (compareVersions(server, least.server) < 0)
    return failed(`The cluster runs Kubernetes ${server}; ${least.server} or newer is needed.`);
  if (compareVersions(helm, least.helm) < 0)
    return failed(`Helm ${helm} is too old; ${least.helm} or newer is needed.`);
  const skew = Math.abs(Number(kubectl.split('.')[1]) - Number(server.split('.')[1]));
  if (skew > 1)
    return failed(
      `kubectl ${kubectl} does not fit Kubernetes ${server}: they may differ by one minor version.`,
      'https://kubernetes.io/releases/version-skew-policy/#kubectl',
    );
  const facts: NodeFacts = {
    node: host.name,
    seenAt: new Date(clock.now()).toISOString(),
    access: await host.access(),
    microk8s: { installed: true, version: server, running: true, joined: true, worker: false },
    problems: {},
  };
  return { state: 'ready', facts };
}
