import { ipv4Of } from '../../network/addresses.ts';
import { listed } from '../../text/listed.ts';
import { type Check, fail, nodeCheck, pass, warn } from '../check.ts';

export const defaultRoute: Check = nodeCheck(
  {
    id: 'default-route',
    title: 'Default route',
    why: 'MicroK8s takes its own address from the default route. Without one its services wait, then choose a wrong address and make certificates for it.',
    source:
      'https://github.com/canonical/microk8s/blob/master/scripts/inspect.sh; https://microk8s.io/docs/install-offline',
  },
  'network',
  ({ routes, interfaces }, { node, input, index }) => {
    const defaults = routes.filter(({ to }) => to === 'default' || to === '0.0.0.0/0');
    const gateway = node.network?.gateway ?? input.site.network.gateway;
    if (interfaces.every((face) => face.kind === 'loopback' || ipv4Of(face).length === 0)) {
      return fail('IPv6 only', `${node.name} has no IPv4 address and no IPv4 route; the cluster needs IPv4.`, {
        wanted: 'IPv4',
        advice: 'Give the node an IPv4 address and a default route beside IPv6',
        field: ['nodes', index, 'network', 'address'],
      });
    }
    if (defaults.length === 0) {
      return node.network?.mode === 'static' && gateway !== undefined
        ? pass(`none yet, ${gateway} to come`, `The plan sets ${gateway}.`)
        : fail('none', `${node.name} has no default route.`, {
            wanted: 'one',
            advice: 'Give a gateway, also where it leads nowhere',
            field: ['nodes', index, 'network', 'gateway'],
          });
    }
    const devices = new Set(defaults.map(({ device }) => device));
    const list = defaults.map(({ via, device }) => `${via ?? 'direct'} by ${device}`).join(', ');
    if (devices.size > 1) {
      return warn(list, `${node.name} has default routes by ${listed([...devices])}: which one is taken can change.`, {
        wanted: 'one',
        advice: 'Keep the one of the cluster network; give the others routes to their own networks only',
      });
    }
    return pass(list, 'One default route is set.');
  },
);

/** MAXNS of resolv.conf(5); Kubernetes cuts the list of a pod with a warning. */
const usedNameServers = 3;

export const nameServers: Check = nodeCheck(
  {
    id: 'dns-servers',
    title: 'Name servers',
    why: "The snap store, container images and the cluster's own DNS all ask the node's name servers. With none, or with a stub alone, the dns addon falls back to 8.8.8.8.",
    source: 'https://microk8s.io/docs/addon-dns',
  },
  'network',
  ({ nameservers }, { node, input, index }) => {
    const wanted = [...(node.network?.nameservers ?? []), ...input.site.network.nameservers];
    const real = nameservers.filter((address) => !address.startsWith('127.') && address !== '::1');
    if (nameservers.length > usedNameServers)
      return warn(
        nameservers.join(', '),
        `${node.name} has ${nameservers.length} name servers; programs and pods ask the first ${usedNameServers} only.`,
        {
          wanted: `${usedNameServers} or fewer`,
          advice: 'Keep the three that answer for all names',
          field: ['nodes', index, 'network', 'nameservers'],
        },
      );
    if (real.length > 0) return pass(real.join(', '), 'Name servers are set.');
    if (node.network?.mode === 'static' && wanted.length > 0)
      return pass(`${wanted.join(', ')} to come`, 'The plan sets them.');
    const rest = {
      wanted: 'one or more',
      advice: 'Give name servers',
      field: ['nodes', index, 'network', 'nameservers'],
    };
    return nameservers.length === 0
      ? fail('none', `${node.name} has no name server.`, rest)
      : warn(nameservers.join(', '), `${node.name} asks only itself for names.`, rest);
  },
);
