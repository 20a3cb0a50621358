import { presentAddress, wantedAddress } from '../../network/addresses.ts';
import { type Check, fail, nodeCheck, pass } from '../check.ts';

export const memberAddress: Check = {
  ...nodeCheck(
    {
      id: 'member-address',
      title: "A member's address",
      why: 'The members of the datastore know each other by their addresses, and certificates name them. A member whose address changes is lost to its cluster.',
      source: 'https://github.com/canonical/microk8s/issues/1955; https://github.com/canonical/microk8s/issues/2511',
    },
    'microk8s',
    ({ installed, joined }, { node, facts, input, index }) => {
      const known = input.evidence?.cluster?.nodes.find(({ name }) => name === node.name)?.address;
      const wanted = wantedAddress(node)?.address;
      const now = known ?? presentAddress(node, facts)?.address;
      const member = installed && (joined || known !== undefined);
      if (!member || wanted === undefined || now === undefined)
        return pass('-', 'It is not a member of a cluster yet.');
      if (wanted === now) return pass(now, 'It keeps the address by which the cluster knows it.');
      return fail(now, `${node.name} is a member of a running cluster at ${now}; the site gives it ${wanted}.`, {
        wanted: now,
        advice: input.evidence?.cluster?.site === undefined ? joinedElsewhere(node.name, now) : changed(now),
        field: ['nodes', index, 'network', 'address'],
      });
    },
    'warn',
  ),
  strict: true,
};

const changed = (now: string): string =>
  `Write ${now} in site.yaml again. All addresses change only before a cluster is built: back up, build it again at the new addresses, restore`;

/** No run of ours has built this cluster: the site gives the address for the first time. */
const joinedElsewhere = (name: string, now: string): string =>
  `Give ${name} the address ${now} in site.yaml, at which its cluster knows it. The address of a member cannot be changed`;
