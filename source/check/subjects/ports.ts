import type { NodeFacts } from '../../facts/facts.ts';
import { type NodePort, nodePorts, ports } from '../../microk8s/node.ts';
import { counted } from '../../text/plural.ts';
import { type Check, fail, nodeCheck, type Outcome, pass, warn } from '../check.ts';

type Listener = NonNullable<NodeFacts['network']>['listeners'][number];

export const portsFree: Check = nodeCheck(
  {
    id: 'ports-free',
    title: 'Ports of the node',
    why: 'MicroK8s, MetalLB and the ingress listen on fixed ports of every node. A web server on 80 or another Kubernetes on 10250 keeps the cluster from starting, or takes its requests.',
    source: 'https://microk8s.io/docs/services-and-ports',
  },
  'network',
  ({ listeners }, { facts, node }) => {
    const asked = ports.filter(({ on }) => on === 'all' || on === node.role);
    const taken = asked.flatMap((port) => {
      const others = listeners.filter((listener) => listener.port === port.port && !isOurs(port, facts));
      return others.slice(0, 1).map((listener) => ({ port, listener }));
    });
    if (taken.length === 0)
      return [
        ...inNodePorts(listeners, facts),
        pass(counted(asked.length, 'port'), 'No one else listens on them.'),
      ].slice(0, 1);
    return fail(
      taken.map(({ port }) => port.port).join(', '),
      taken.map(({ port, listener }) => `Port ${port.port} (${port.use}) is taken by ${who(listener)}.`).join(' '),
      { wanted: 'free', advice: stopAdvice(taken.map(({ listener }) => listener)) },
    );
  },
);

/** With MicroK8s installed its own ports are its own; what pods take never shows as a listener of the machine. */
function isOurs(port: NodePort, facts: NodeFacts): boolean {
  return facts.microk8s?.installed === true && !port.byPods;
}

function inNodePorts(listeners: readonly Listener[], facts: NodeFacts): Outcome[] {
  const within = listeners.filter(({ port }) => port >= nodePorts.first && port <= nodePorts.last);
  if (within.length === 0 || facts.microk8s?.installed) return [];
  return [
    warn(
      within.map(({ port }) => port).join(', '),
      `${within.map((listener) => `${who(listener)} on ${listener.port}`).join(', ')}: Kubernetes gives 30000 to 32767 to services.`,
      { wanted: '30000-32767 free', advice: stopAdvice(within) },
    ),
  ];
}

function who({ process, pid, address }: Listener): string {
  if (process === undefined) return `an unknown process on ${address}`;
  return pid === undefined ? process : `${process} (PID ${pid})`;
}

function stopAdvice(listeners: readonly Listener[]): string {
  const names = [...new Set(listeners.flatMap(({ process }) => process ?? []))];
  return names.length === 0
    ? 'ss -lntp names who listens'
    : `Stop and disable ${names.join(', ')}, or move it to other ports`;
}
