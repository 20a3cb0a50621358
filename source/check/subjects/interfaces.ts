import { carrierOf } from '../../network/addresses.ts';
import { type Check, fail, nodeCheck, pass, warn } from '../check.ts';

export const interfaces: Check = nodeCheck(
  {
    id: 'network-interfaces',
    title: 'Network interfaces',
    why: 'The product may want more than one network interface, and the one that carries the cluster must have a link.',
    source: "The product's system requirements",
  },
  'network',
  (network, { node, facts, input }) => {
    const real = network.interfaces.filter(({ name, kind }) => kind !== 'loopback' && !isPodNetwork(name));
    const list = real.map(({ name, mac }) => `${name} (${mac})`).join(', ');
    const least = input.product.nodes.interfaces;
    if (real.length < least) {
      const reason = `${node.name} has ${real.length} of the ${least} network interfaces that it needs.`;
      return fail(list || 'none', reason, {
        wanted: `${least} or more`,
        advice: 'Add a network interface to the machine',
      });
    }
    const carrier = carrierOf(node, facts);
    return carrier && !carrier.up
      ? warn(`${carrier.name} is down`, `${carrier.name} of ${node.name} has no link.`, {
          advice: 'Check the cable and the switch port',
        })
      : pass(list, 'The interfaces are there.');
  },
);

/** Interfaces that a pod network of an earlier install brought. */
function isPodNetwork(device: string): boolean {
  return /^(cali|vxlan\.calico|tunl0|flannel|cni|kube-|ovn)/.test(device);
}
