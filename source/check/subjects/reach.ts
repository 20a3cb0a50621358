import type { ReachAnswer } from '../../facts/reach-probe.ts';
import { channelForm, trackOf, tracksBetween } from '../../microk8s/tracks.ts';
import { gigabytes } from '../../storage/bytes.ts';
import { kloudspot } from '../../text/command.ts';
import { listed } from '../../text/listed.ts';
import { compareVersions } from '../../text/versions.ts';
import {
  type AboutNode,
  accessAdvice,
  type Check,
  type CheckWords,
  factsOf,
  fail,
  notSeen,
  type Outcome,
  pass,
  siteCheck,
  warn,
} from '../check.ts';
import { serversOf } from '../servers.ts';

/** A check on what a node gets from its network. */
export function reachCheck(words: CheckWords, judge: (heard: ReachAnswer, about: AboutNode) => Outcome): Check {
  return {
    ...siteCheck(words, (input) =>
      input.site.nodes.map((node, index): Outcome => {
        const facts = factsOf(input, node);
        const heard = input.evidence?.reach?.get(node.name);
        const nodes = [node.name];
        if (facts && heard) return { ...judge(heard, { node, index, facts, input }), nodes };
        const reason = facts ? `${node.name} gave no answer to the question.` : `${node.name} was not reached.`;
        const advice = facts ? 'Check again; the question needs python3 on the node' : accessAdvice;
        return { ...warn(notSeen, reason, { advice }), nodes };
      }),
    ),
    about: 'node',
  };
}

export const snapStore: Check = reachCheck(
  {
    id: 'snap-store',
    title: 'Snap store',
    why: 'MicroK8s is installed from the snap store. snapd itself is asked whether it reaches it, with the proxy that snapd has.',
    source: 'https://snapcraft.io/docs/network-requirements',
  },
  ({ store }, { node, facts, input }) => {
    if (facts.microk8s?.installed) return pass('not needed', 'MicroK8s is installed already.');
    if (input.site.bundle !== undefined) return pass('not needed', 'MicroK8s is installed from the bundle.');
    if (input.site.network.proxy !== undefined)
      return pass(
        'through the proxy',
        'The run gives snapd the proxy first; whether it lets the store through is asked below.',
      );
    if (store === undefined) return pass('not known', 'This snapd does not say what it reaches.');
    if (store === 'pass') return pass('reached', 'snapd reaches every server of the store.');
    return fail('not reached', `snapd of ${node.name} does not reach ${store.join(', ')}.`, {
      wanted: 'reached',
      advice: `Open the way to these servers (test: snap debug connectivity), give the site a proxy (network.proxy), or install from a bundle. On a machine with internet: ${kloudspot('bundle create --output FILE', '--root', '--site')}`,
    });
  },
);

/** Of a member that is upgraded every channel on the way is asked for: Kubernetes leaves no minor out. */
export const snapChannel: Check = reachCheck(
  {
    id: 'snap-channel',
    title: 'Channel of MicroK8s',
    why: 'MicroK8s is installed and upgraded from channels of the snap store. One that the store does not have is refused only when it is asked for: when all nodes are upgraded to the minor before it.',
    source: 'snap info microk8s, on the node; https://snapcraft.io/docs/channels',
  },
  ({ channels }, { node, facts, input }) => {
    const { channel } = input.site.cluster;
    const standing = facts.microk8s?.channel;
    if (standing !== undefined && trackOf(standing) === trackOf(channel))
      return pass('not needed', 'MicroK8s is installed already.');
    if (input.site.bundle !== undefined) return pass('not needed', 'MicroK8s is installed from the bundle.');
    if (channels === undefined)
      return pass('not known', `The store lists no channels for snapd of ${node.name}: it is not reached, or not yet.`);
    const wanted = standing === undefined ? [channel] : tracksBetween(trackOf(standing), channel);
    const [missing] = wanted.filter((name) => !channels.includes(name));
    if (missing === undefined) return pass(channel, 'The store has it.');
    const forSite = channels.filter((name) => channelForm.test(name));
    const near = forSite.toSorted(byNearness(missing)).slice(0, mostListed);
    const way = missing === channel ? '' : `, which is on the way from ${standing} to ${channel}`;
    return fail(
      'not there',
      `The snap store has no channel ${missing} of MicroK8s for ${node.name}${way}. It has ${near.join(', ')}${near.length < forSite.length ? ' and others' : ''}.`,
      {
        wanted: channel,
        advice: 'Set cluster.channel to one that it has; all of them: snap info microk8s',
        field: ['cluster', 'channel'],
      },
    );
  },
);

/** Channels that are named where another one is not there. */
const mostListed = 5;

/** Those of the same track first, then those of the same risk, the newest track before older ones. */
function byNearness(wanted: string): (one: string, other: string) => number {
  const distance = (name: string) =>
    trackOf(name) === trackOf(wanted) ? 0 : name.split('/')[1] === wanted.split('/')[1] ? 1 : 2;
  return (one, other) => distance(one) - distance(other) || compareVersions(trackOf(other), trackOf(one));
}

export const downloads: Check = reachCheck(
  {
    id: 'downloads',
    title: 'Registries and charts',
    why: 'Container images and charts are fetched while the cluster is built. What a node does not reach, and no mirror holds, keeps its pods from starting.',
    source: 'https://microk8s.io/docs/install-offline; the chart repositories of the product file',
  },
  ({ urls }, { node, input }) => {
    if (input.site.bundle !== undefined) return pass('not needed', 'Images and charts come from the bundle.');
    const servers = serversOf(input.site, input.product).filter(({ url }) => urls[url] !== undefined);
    const lost = servers.flatMap(({ url, what }) => {
      const { problem, proxy } = urls[url] ?? {};
      return problem === undefined ? [] : [{ host: new URL(url).host, what, problem, proxy }];
    });
    if (lost.length === 0) return pass(`${servers.length} reached`, 'Every server answers.');
    const proxy = lost.find((one) => one.proxy !== undefined)?.proxy;
    const by = proxy === undefined ? '' : ` through ${proxy}`;
    const list = lost.map(({ host, what, problem }) => `${host} (${what}): ${problem}`).join('; ');
    return warn(`${lost.length} not reached`, `${node.name} does not reach${by} ${list}.`, {
      wanted: 'all reached',
      advice: `Open the way, give network.proxy or a registry with mirrors in site.yaml; try it: curl -I ${urlOf(lost[0]?.host, servers)}`,
    });
  },
);

function urlOf(host: string | undefined, servers: readonly { readonly url: string }[]): string {
  return servers.find(({ url }) => new URL(url).host === host)?.url ?? '';
}

export const siteName: Check = reachCheck(
  {
    id: 'site-name',
    title: 'DNS name of the site',
    why: 'Browsers, devices and parts of the product reach the cluster by this name. It must resolve to the virtual address everywhere, on the nodes too.',
    source: "The product's requirements; RFC 1034 section 3.7",
  },
  ({ names }, { node, input }) => {
    const { dnsName } = input.site.customer;
    const wanted = input.site.network.virtualAddress ?? input.site.nodes[0]?.reach ?? '';
    const { addresses = [], problem = 'no answer' } = names[dnsName] ?? {};
    const rest = { wanted, field: ['customer', 'dnsName'] };
    if (addresses.length === 0)
      return warn('not found', `${node.name} cannot resolve ${dnsName}: ${problem}.`, {
        ...rest,
        advice: `Add a DNS record for ${dnsName} with ${wanted} to the name server of ${node.name}; test it: resolvectl query ${dnsName}`,
      });
    if (addresses.includes(wanted) && addresses.length === 1)
      return pass(wanted, 'It resolves to the virtual address.');
    return warn(addresses.join(', '), `On ${node.name} the name ${dnsName} resolves to ${addresses.join(', ')}.`, {
      ...rest,
      advice: `Correct the record in the name server: ${wanted} alone`,
    });
  },
);

export const searchDomains: Check = reachCheck(
  {
    id: 'search-domains',
    title: 'Search domains',
    why: 'Pods take the search domains of their node and try every name below them first. Below a domain where every name exists, calls to the internet and to other services land on one wrong machine.',
    source: 'https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/; resolv.conf(5)',
  },
  ({ wildcards }, { node, facts, index }) => {
    const search = facts.network?.search ?? [];
    if (wildcards.length > 0)
      return fail(wildcards.join(', '), `On ${node.name} every name below ${listed(wildcards)} exists.`, {
        wanted: 'no such domain',
        advice: `Remove ${listed(wildcards)} from the search domains of the node, or the record *.${wildcards[0]} from the name server`,
        field: ['nodes', index, 'network', 'search'],
      });
    if (search.length > mostSearch)
      return warn(
        `${search.length}`,
        `${node.name} has ${search.length} search domains; Kubernetes takes ${mostSearch}.`,
        {
          wanted: `${mostSearch} or fewer`,
          advice: 'Keep those that are needed',
          field: ['nodes', index, 'network', 'search'],
        },
      );
    return pass(search.join(', ') || 'none', 'None of them answers for every name.');
  },
);

/** 32 for a pod (MaxDNSSearchPaths), of which the cluster's own take 3; older programs read 6 (resolv.conf(5)). */
const mostSearch = 6;

/** https://etcd.io/docs/v3.5/op-guide/hardware/#disks: 99 of 100 writes in less than 10 ms. A spinning disk takes 20 and more. */
const writeWarnMs = 10;

export const writeLatency: Check = reachCheck(
  {
    id: 'write-latency',
    title: 'Disk write latency',
    why: "The cluster's datastore waits for the disk at every change. Where a small write takes long, its members lose one another and the API times out. A probe writes for a second, into a file without a name.",
    source: 'https://etcd.io/docs/v3.5/op-guide/hardware/#disks; https://github.com/canonical/microk8s/issues/3227',
  },
  ({ writeMs }, { node, facts }) => {
    const free = facts.storage?.snapFreeBytes;
    if (writeMs === undefined)
      return warn('not measured', `Nothing could be written under /var/snap on ${node.name}.`, {
        advice: `Check whether the file system is full or read-only${free === undefined ? '' : ` (${gigabytes(free)} are free)`}: df -h /var/snap`,
      });
    const seen = `${writeMs} ms`;
    const wanted = `under ${writeWarnMs} ms`;
    if (writeMs < writeWarnMs || node.role === 'worker')
      return pass(seen, 'Small writes are on disk soon.', { wanted });
    return warn(seen, `On ${node.name} 1 of 100 small writes takes ${writeMs} ms or more until it is on disk.`, {
      wanted,
      advice: 'Put /var/snap on an SSD of its own, or find what else writes to that disk: iostat -x 1',
    });
  },
);
