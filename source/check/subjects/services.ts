import type { BlockDeviceFacts } from '../../facts/facts.ts';
import { clusterAddress } from '../../network/addresses.ts';
import { rangesOf } from '../../network/cluster-ranges.ts';
import { networkOf } from '../../site/address-rules.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import { listed } from '../../text/listed.ts';
import { type AboutNode, type Check, fail, nodeCheck, type Outcome, pass, warn } from '../check.ts';

/** Another Kubernetes holds the ports and the containers of the node; a container engine alone changes the packet filter only. */
const clusters = new Set(['kubelet', 'k3s', 'k3s-agent', 'rke2-server', 'rke2-agent', 'k0scontroller', 'k0sworker']);
const engines = new Set(['docker', 'containerd', 'crio']);

export const otherRuntimes: Check = nodeCheck(
  {
    id: 'other-runtimes',
    title: 'Other container services',
    why: 'Another Kubernetes on the node takes ports and network of MicroK8s. Docker sets the policy of forwarded packets to DROP, which cuts pods of two nodes off from one another.',
    source:
      'https://microk8s.io/docs/troubleshooting; https://docs.docker.com/engine/network/packet-filtering-firewalls/',
  },
  'services',
  ({ active }, { node }) => {
    const others = active.filter((name) => clusters.has(name));
    if (others.length > 0)
      return fail(others.join(', '), `${node.name} runs another Kubernetes: ${others.join(', ')}.`, {
        wanted: 'none',
        advice: `Use another machine, or remove it there; to stop it: sudo systemctl disable --now ${others.join(' ')}`,
      });
    const found = active.filter((name) => engines.has(name));
    if (found.length === 0) return pass('none', 'No other container service runs.');
    return warn(found.join(', '), `${node.name} runs ${listed(found)} beside MicroK8s.`, {
      wanted: 'none',
      advice: `Where it is not needed: sudo systemctl disable --now ${found.flatMap((name) => (name === 'docker' ? ['docker.socket', name] : [name])).join(' ')}; else: sudo iptables -P FORWARD ACCEPT`,
    });
  },
);

export const multipath: Check = nodeCheck(
  {
    id: 'multipath',
    title: 'Multipath and iSCSI volumes',
    why: 'multipathd takes every new disk for a path to an array, volumes of pods too. Such a volume is busy, and its pod waits forever.',
    source: 'https://longhorn.io/kb/troubleshooting-volume-with-multipath/; multipath.conf(5)',
  },
  'services',
  ({ multipathBlacklist }, { facts, input }) => {
    if (multipathBlacklist === undefined) return pass('not running', 'multipathd does not run.');
    if (!sharedEngine(input.site.storage.shared.engine).iscsi)
      return pass('running', 'No volume of the site uses iSCSI.');
    if (leavesIscsi(multipathBlacklist))
      return pass('leaves iSCSI', 'Its blacklist holds the volumes that come by iSCSI.');
    const ownPaths = (facts.storage?.disks ?? []).some(hasPaths);
    return warn('takes iSCSI', 'multipathd takes volumes that come by iSCSI.', {
      wanted: 'a blacklist for them',
      advice: ownPaths
        ? 'Disks of this node have several paths: add blacklist { protocol "scsi:iscsi" } to /etc/multipath.conf only where none of them comes by iSCSI; then: sudo systemctl restart multipathd'
        : 'Add blacklist { protocol "scsi:iscsi" } to /etc/multipath.conf, then: sudo systemctl restart multipathd; where no array is used: sudo systemctl disable --now multipathd.socket multipathd',
    });
  },
);

function leavesIscsi(blacklist: string): boolean {
  const [own = ''] = blacklist.split('blacklist_exceptions');
  const patterns = own.matchAll(/^\s*(protocol|devnode)\s+"([^"]*)"/gm);
  return patterns.some(([, key, pattern = '']) =>
    key === 'protocol' ? matches(pattern, 'scsi:iscsi') : matches(pattern, 'sdx'),
  );
}

/** A pattern that begins with `!` holds all that it does not match. */
function matches(pattern: string, text: string): boolean {
  try {
    return pattern.startsWith('!') ? !new RegExp(pattern.slice(1)).test(text) : new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}

function hasPaths({ type, children }: BlockDeviceFacts): boolean {
  return type === 'mpath' || children.some(hasPaths);
}

export const proxies: Check = nodeCheck(
  {
    id: 'proxies',
    title: 'Proxy',
    why: 'MicroK8s takes the proxy of /etc/environment. What no_proxy does not name goes to the proxy, calls to other nodes and to the cluster too, and is lost there.',
    source: 'https://microk8s.io/docs/install-proxy',
  },
  'services',
  ({ proxies: seen }, about): Outcome => {
    const own = about.input.site.network.proxy;
    if (own !== undefined) return pass(own.http, 'The run sets the proxy of site.yaml, and what is reached directly.');
    const proxy = seen.get('https_proxy') ?? seen.get('http_proxy') ?? seen.get('all_proxy');
    if (proxy === undefined) return pass('none', 'No proxy is set in /etc/environment.');
    const listed = (seen.get('no_proxy') ?? '').split(/[,\s]+/);
    const lacking = [...addressesOf(about), ...Object.values(rangesOf(about.input.site))].filter(
      (wanted) => !covers(listed, wanted),
    );
    if (lacking.length === 0) return pass(proxy, 'no_proxy names the nodes and the networks of the cluster.');
    return fail(proxy, `no_proxy on ${about.node.name} does not name ${lacking.join(', ')}.`, {
      wanted: lacking.join(','),
      advice: `In /etc/environment, on one line: NO_PROXY=${[...listed.filter(Boolean), ...lacking].join(',')}, and the same as no_proxy`,
    });
  },
);

function addressesOf({ input }: AboutNode): string[] {
  return input.site.nodes.map((node) => clusterAddress(node, input.facts.get(node.name)));
}

/** Named as it is, or within a network that is named. Go's and curl's readers take networks in prefix notation. */
function covers(listed: readonly string[], wanted: string): boolean {
  return listed.some((entry) => entry === '*' || entry === wanted || (isNetwork(entry) && within(entry, wanted)));
}

const isNetwork = (text: string): boolean => /^(\d+\.){3}\d+\/\d+$/.test(text);

function within(network: string, wanted: string): boolean {
  const [address = '', prefix = ''] = network.split('/');
  const [inner = '', innerPrefix = '32'] = wanted.split('/');
  if (Number(innerPrefix) < Number(prefix)) return false;
  return networkOf({ address, prefix: Number(prefix) }) === networkOf({ address: inner, prefix: Number(prefix) });
}
