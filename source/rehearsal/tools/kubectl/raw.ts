import { runningArgument } from '../../node/arguments.ts';
import { isRunning } from '../../node/services.ts';
import { type Call, refuse, say } from '../call.ts';

/** `kubectl get --raw /readyz`, and `/api/v1/nodes/NAME/proxy/configz`: what the kubelet of a node runs with. */
export function getRaw(call: Call, path: string): number {
  if (path === '/readyz') {
    call.out('ok');
    return 0;
  }
  const [, name] = /^\/api\/v1\/nodes\/([^/]+)\/proxy\/configz$/.exec(path) ?? [];
  if (name === undefined)
    return refuse(call, 'Error from server (NotFound): the server could not find the requested resource');
  const kubelet = call.look(({ microk8s }, state, now) =>
    state.machines.find(
      (each) =>
        each.microk8s?.cluster === microk8s?.cluster && each.microk8s?.nodeName === name && isRunning(each, now),
    ),
  );
  if (kubelet === undefined)
    return refuse(call, 'Error from server (ServiceUnavailable): error trying to reach service');
  const dns = runningArgument(kubelet, 'kubelet', '--cluster-dns');
  const clusterDomain = runningArgument(kubelet, 'kubelet', '--cluster-domain') ?? '';
  return say(call, JSON.stringify({ kubeletconfig: { ...(dns ? { clusterDNS: [dns] } : {}), clusterDomain } }));
}
