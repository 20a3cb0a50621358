import { carrierOf, ipv4Of } from '../../network/addresses.ts';
import { isIn } from '../../site/address-rules.ts';
import { type Check, fail, nodeCheck, pass, warn } from '../check.ts';

export const workloadNetwork: Check = nodeCheck(
  {
    id: 'workload-network',
    title: 'Network for workload',
    why: 'MetalLB answers for the addresses of the second network by the interface that the site names. A node without it, or without an address there, cannot take them over.',
    source: 'https://metallb.io/configuration/_advanced_l2_configuration/',
  },
  'network',
  (network, { node, index, facts, input }) => {
    const { workload } = input.site.network;
    if (workload === undefined) return pass('none', 'All traffic uses the network of the cluster.');
    const wanted = node.workloadInterface ?? workload.interface;
    const field = ['nodes', index, 'workloadInterface'];
    const rest = { wanted: `an address in ${workload.range}`, field };
    const face = network.interfaces.find(({ name }) => name === wanted);
    if (face === undefined) {
      const inRange = network.interfaces.find((each) =>
        ipv4Of(each).some(({ address }) => isIn(address, workload.range)),
      );
      const advice =
        inRange === undefined
          ? `Put ${node.name} into ${workload.range} with an interface of its own`
          : `Give ${inRange.name}, which has an address in ${workload.range}, as workloadInterface of ${node.name}`;
      return fail(`no ${wanted}`, `${node.name} has no interface ${wanted}.`, { ...rest, advice });
    }
    if (face.name === carrierOf(node, facts)?.name)
      return fail(wanted, `${wanted} of ${node.name} carries the cluster already.`, {
        ...rest,
        advice: 'Name the interface of the second network',
      });
    const own = ipv4Of(face).find(({ address }) => isIn(address, workload.range));
    if (own === undefined)
      return fail(`${wanted} without address`, `${wanted} of ${node.name} has no address in ${workload.range}.`, {
        ...rest,
        advice: `Give ${wanted} an address there in the netplan files of ${node.name}; kloudspot keeps it`,
      });
    const seen = `${wanted} ${own.address}/${own.prefix}`;
    return face.up
      ? pass(seen, `${wanted} is in ${workload.range}.`)
      : warn(seen, `${wanted} of ${node.name} has no link.`, { advice: 'Check the cable and the switch port' });
  },
);
