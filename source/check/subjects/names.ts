import { listed } from '../../text/listed.ts';
import { type Check, type CheckInput, fail, nodeCheck, type Outcome, pass, siteCheck, warn } from '../check.ts';

/** RFC 1123 label, as Kubernetes names nodes. */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export const hostName: Check = nodeCheck(
  {
    id: 'host-name',
    title: 'Host name',
    why: "A node's host name becomes its name in Kubernetes: lower-case letters, digits and hyphens, at most 63. With a capital letter or an underscore it never registers.",
    source:
      'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names; RFC 1123 section 2.1',
  },
  'identity',
  ({ hostname }, { node, index, facts }) => {
    const field = ['nodes', index, 'name'] as const;
    if (!label.test(node.name) || node.name === 'localhost') {
      return fail(node.name, `${node.name} cannot be the name of a node.`, {
        wanted: 'lower-case letters, digits, hyphens',
        advice: 'Choose another name',
        field,
      });
    }
    if (hostname === node.name) return pass(hostname, 'The name is already set.');
    if (facts.microk8s?.joined) {
      return fail(
        hostname,
        `${hostname} is a member of a cluster under that name and cannot be renamed to ${node.name}.`,
        {
          wanted: node.name,
          advice: `Name it ${hostname} here, or take it out of its cluster first: microk8s leave`,
          field,
        },
      );
    }
    return pass(`${hostname}, becomes ${node.name}`, `The plan renames it to ${node.name}.`, { wanted: node.name });
  },
);

/** Addresses that a hosts file gives a name, comments left out. */
function addressesIn(hosts: string, name: string): string[] {
  return hosts.split('\n').flatMap((line) => {
    const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    return names.some((one) => one.toLowerCase() === name) ? [address] : [];
  });
}

export const localName: Check = nodeCheck(
  {
    id: 'localhost',
    title: 'Name localhost',
    why: 'Parts of MicroK8s and of the product call one another as localhost. Where the name resolves to another address they call another machine, or none.',
    source: 'RFC 6761 section 6.3',
  },
  'network',
  ({ hostsFile }, { node }) => {
    const found = addressesIn(hostsFile, 'localhost');
    const wanted = '127.0.0.1';
    const wrong = found.filter((address) => !address.startsWith('127.') && address !== '::1');
    if (wrong.length > 0)
      return fail(wrong.join(', '), `On ${node.name} the name localhost resolves to ${wrong.join(', ')}.`, {
        wanted,
        advice: 'Remove localhost from that line of /etc/hosts; its line is: 127.0.0.1 localhost',
      });
    if (found.some((address) => address.startsWith('127.'))) return pass(wanted, 'It resolves to the node itself.');
    return warn(
      'not in /etc/hosts',
      `On ${node.name} the name localhost is not in /etc/hosts: name servers are asked for it.`,
      {
        wanted,
        advice: "echo '127.0.0.1 localhost' | sudo tee -a /etc/hosts",
      },
    );
  },
  'warn',
);

/** cloud-init's user-data counts more than the file by which the plan tells it to leave /etc/hosts alone. */
export const hostsAtBoot: Check = nodeCheck(
  {
    id: 'hosts-at-boot',
    title: 'Hosts file at a boot',
    why: "Where user-data says manage_etc_hosts, cloud-init writes /etc/hosts at every boot. With the node's own name on 127.0.1.1 again, it tells other members an address that none of them reaches.",
    source: 'https://docs.cloud-init.io/en/latest/reference/modules.html#update-etc-hosts',
  },
  'network',
  ({ cloudInitHosts, hostsTemplate }, { node }) => {
    if (cloudInitHosts === undefined) return pass('kept', 'Nothing writes it again.');
    if (cloudInitHosts === 'template' && hostsTemplate !== undefined)
      return pass('from its template', 'The plan changes the template too.');
    const what = cloudInitHosts === 'template' ? 'the whole file' : `127.0.1.1 ${node.name}`;
    return warn(
      cloudInitHosts,
      `cloud-init on ${node.name} writes ${what} into /etc/hosts at every boot, as its user-data says.`,
      {
        advice: 'Remove manage_etc_hosts from the user-data of the machine, then: sudo cloud-init clean, and restart',
      },
    );
  },
  'warn',
);

/** Names as wanted and as they are. */
export const uniqueNames: Check = siteCheck(
  {
    id: 'unique-host-name',
    title: 'Unique host names',
    why: 'Two nodes of one name become one node in Kubernetes: joining looks fine, then it flaps between the two. Clones have it until they are renamed.',
    source: 'https://github.com/canonical/microk8s/issues/1807',
  },
  (input) => {
    const wanted = groups(input.site.nodes.map(({ name }) => [name, name]));
    if (wanted.length > 0) {
      return wanted.map(([name]) => ({
        ...fail(name, `Two nodes are to be named ${name}.`, { advice: 'Give each its own name', field: ['nodes'] }),
        nodes: [name],
      }));
    }
    return groups(currentNames(input)).map(alike).concat(noneAlike(input));
  },
  'pair',
);

function alike([hostname, nodes]: readonly [string, readonly string[]]): Outcome {
  return {
    ...warn(
      hostname,
      `${listed(nodes)} ${nodes.length === 2 ? 'both' : 'all'} call themselves ${hostname}: clones of one machine. The plan renames them.`,
      { advice: 'Check in the plan that each gets the name that belongs to it' },
    ),
    nodes,
  };
}

function noneAlike(input: CheckInput): Outcome[] {
  return groups(currentNames(input)).length > 0 ? [] : [pass('all differ', 'Every node has its own name.')];
}

function currentNames(input: CheckInput): [string, string][] {
  return input.site.nodes.flatMap(({ name }): [string, string][] => {
    const hostname = input.facts.get(name)?.identity?.hostname;
    return hostname === undefined ? [] : [[name, hostname.toLowerCase()]];
  });
}

/** Values that more than one key has, with the keys. */
export function groups(pairs: readonly (readonly [key: string, value: string])[]): [string, string[]][] {
  const byValue = new Map<string, string[]>();
  for (const [key, value] of pairs) byValue.set(value, [...(byValue.get(value) ?? []), key]);
  return [...byValue].filter(([, keys]) => keys.length > 1);
}
