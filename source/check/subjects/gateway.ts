import { outOfSubnet } from '../../facts/python-arp.ts';
import { gatewayOf } from '../../network/netplan.ts';
import { type Check, pass, warn } from '../check.ts';
import { reachCheck } from './reach.ts';

/** Not to be confused with the rule `gateway`, which asks whether it lies in the node's subnet. */
export const gatewayAnswers: Check = reachCheck(
  {
    id: 'gateway-answers',
    title: 'Answer of the gateway',
    why: 'A gateway with a wrong digit is in the right subnet and passes every rule; the node then reaches its own network and nothing else. Each node asks by ARP whether the gateway is there.',
    source: 'RFC 1812 section 3.3.2 (a router answers ARP for its own addresses)',
  },
  ({ gateways }, { node, facts, input, index }) => {
    const gateway = gatewayOf(input.site, node, facts);
    const heard = gateway === undefined ? undefined : gateways[gateway];
    if (gateway === undefined) return pass('none', 'No gateway is set.');
    const ofSite = node.network?.gateway === undefined && input.site.network.gateway === gateway;
    const field = ofSite ? ['network', 'gateway'] : ['nodes', index, 'network', 'gateway'];
    if (heard?.state === 'taken') return pass(gateway, `${gateway} answers ${node.name} (MAC ${heard.mac}).`);
    if (heard?.state === 'unknown' && heard.why === outOfSubnet)
      return pass(
        `${gateway} not here`,
        `${node.name} has no address in the network of ${gateway} yet, or it is on the link.`,
      );
    if (heard?.state === 'own')
      return warn(
        `${gateway} own`,
        `${gateway}, the gateway of ${node.name}, is its own address on ${heard.interface}.`,
        {
          wanted: 'a router',
          advice: 'Give the address of the router',
          field,
        },
      );
    if (heard?.state === 'free')
      return warn(`${gateway} silent`, `No machine answers ${node.name} at ${gateway}, its gateway.`, {
        wanted: 'an answer',
        advice: `Correct the gateway, or check cable, switch port and VLAN; where the site has no router it may stay so. Try it: ip neigh show ${gateway}`,
        field,
      });
    return warn(
      `${gateway} not asked`,
      `${node.name} could not ask for ${gateway}${heard === undefined ? '' : `: ${heard.why}`}.`,
      {
        advice: `arping -c 3 ${gateway} on ${node.name}`,
        field,
      },
    );
  },
);
