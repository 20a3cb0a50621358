import type { MicroK8sFacts } from '../../facts/facts.ts';
import { certificateSoon, daysLeft } from '../../microk8s/certificates.ts';
import { channelForm, otherChannel, trackOf } from '../../microk8s/tracks.ts';
import type { SiteNode } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { counted } from '../../text/plural.ts';
import { compareVersions } from '../../text/versions.ts';
import { type AboutNode, type Check, fail, nodeCheck, type Outcome, pass, warn } from '../check.ts';

/** MicroK8s' base snap core22 needs 2.52; `snap refresh --hold` came with 2.58: https://snapcraft.io/docs/managing-updates. */
const leastSnapd = '2.52';
const holdSnapd = '2.58';

export const snapd: Check = nodeCheck(
  {
    id: 'snapd',
    title: 'snapd',
    why: 'MicroK8s is a snap. An old snapd cannot install its base; one before 2.58 cannot hold it, so that all nodes are updated and restarted together one night.',
    source: 'https://snapcraft.io/docs/managing-updates; https://github.com/canonical/microk8s/issues/1022',
  },
  'packages',
  ({ snapd: version, snapdProblem }, { node }) => {
    const wanted = `${holdSnapd} or newer`;
    if (snapdProblem !== undefined)
      return fail('does not work', `snapd on ${node.name} does not work: ${snapdProblem}`, {
        wanted,
        advice: snapdAdvice(snapdProblem),
      });
    if (version === undefined)
      return fail('none', `${node.name} has no snapd.`, { wanted, advice: 'apt-get install snapd' });
    if (compareVersions(version, leastSnapd) < 0)
      return fail(version, `snapd ${version} cannot install MicroK8s.`, { wanted, advice: 'apt-get install snapd' });
    if (compareVersions(version, holdSnapd) < 0)
      return warn(version, `snapd ${version} cannot hold MicroK8s at its revision.`, {
        wanted,
        advice: 'snap refresh snapd',
      });
    return pass(version, 'snapd is new enough.');
  },
);

function snapdAdvice(problem: string): string {
  return /not yet seeded/.test(problem)
    ? 'It still installs its first snaps. Wait for them, then check again: sudo snap wait system seed.loaded'
    : 'sudo systemctl restart snapd.socket snapd.service; why it stopped: journalctl -u snapd -n 50';
}

/**
 * A node that is a member already is not a failure when it can be a member of this very cluster: its host name is the name that
 * the site gives it, its role and channel are those of the site, and at least one more node of the site is a member too (or the
 * site has one node). The API server is asked for the rest by the steps themselves; they join only who is missing.
 */
export const membership: Check = nodeCheck(
  {
    id: 'microk8s',
    title: 'MicroK8s',
    why: 'Joining a node that is a member of another cluster destroys it there. A MicroK8s of another channel, or a stopped one from an earlier try, does not join. A member of this very cluster is left as it is.',
    source: 'https://github.com/canonical/microk8s/issues/2144; https://github.com/canonical/microk8s/issues/3694',
  },
  'microk8s',
  (seen, about) => (seen.installed ? judgeInstalled(seen, about) : pass('not installed', 'It will be installed.')),
);

export const clusterCertificates: Check = nodeCheck(
  {
    id: 'cluster-certificates',
    title: 'Certificates of MicroK8s',
    why: 'The API server answers with a certificate that MicroK8s makes for a year and renews on no member of a cluster. Once it has expired, no node joins and kubectl is refused.',
    source: 'https://github.com/canonical/microk8s/issues/5576',
  },
  'microk8s',
  ({ certificates = [] }, { node, facts }) => {
    const at = Date.parse(facts.seenAt);
    const [first] = certificates.toSorted((one, other) => daysLeft(one, at) - daysLeft(other, at));
    if (first === undefined) return pass('none yet', 'MicroK8s makes them when it is installed.');
    const days = daysLeft(first, at);
    const seen = `${first.name}, ${counted(days, 'day')}`;
    const rest = {
      wanted: `${certificateSoon} days or more`,
      advice: `${kloudspot('certificates renew')} renews them`,
    };
    if (days < 0)
      return fail(
        `${first.name} ended`,
        `The certificate ${first.name} of ${node.name} expired on ${first.until.slice(0, 10)}.`,
        rest,
      );
    return days < certificateSoon
      ? warn(seen, `The certificate ${first.name} of ${node.name} expires in ${counted(days, 'day')}.`, rest)
      : pass(seen, `The first to expire is ${first.name}.`);
  },
);

function judgeInstalled(seen: MicroK8sFacts, about: AboutNode): Outcome {
  const { node, input } = about;
  const { channel } = input.site.cluster;
  const known = input.evidence?.cluster?.nodes.find(({ name }) => name === node.name);
  // One that is alone has no mark of a member, and is the cluster.
  const member = seen.joined || (known !== undefined && input.evidence?.cluster?.nodes.length === 1);
  const cell = [seen.channel ?? seen.version ?? 'installed', ...(member ? ['member'] : [])].join(', ');
  if (seen.broken)
    return fail('broken', `The snap of MicroK8s on ${node.name} is broken: snapd cannot mount it.`, {
      advice: seen.joined
        ? 'sudo systemctl restart snapd; where it stays broken: sudo snap revert microk8s'
        : `sudo systemctl restart snapd; where it stays broken: ${removal}, then it is installed again`,
    });
  if (seen.channel !== undefined && trackOf(seen.channel) !== trackOf(channel)) {
    if (member && known) return judgeTrack(seen.channel, channel, cell);
    return fail(cell, `${node.name} has MicroK8s ${seen.channel}; ${channel} is wanted.`, {
      wanted: channel,
      advice: otherChannelAdvice(seen),
      field: ['cluster', 'channel'],
    });
  }
  if (seen.joined) return judgeMember(seen, about, cell, known?.role);
  if (seen.running) return pass(cell, 'It is there already, alone and running.');
  return warn(cell, `MicroK8s is installed on ${node.name} but does not run.`, { advice: 'sudo microk8s start' });
}

/** `known`: the role under which the site's cluster knows the node; undefined where it does not, or was not asked. */
function judgeMember(
  seen: MicroK8sFacts,
  { node, facts, input, index }: AboutNode,
  cell: string,
  known: SiteNode['role'] | undefined,
): Outcome {
  if (facts.identity && facts.identity.hostname !== node.name)
    return fail(cell, `${node.name} is a member of a cluster as ${facts.identity.hostname}.`, {
      advice: 'microk8s leave, or take its present name',
      field: ['nodes', index, 'name'],
    });
  if (known !== undefined && known !== node.role)
    return pass(cell, `It leaves the cluster as a ${known} and joins again as a ${node.role}.`);
  if (known === undefined && seen.worker !== (node.role === 'worker'))
    return fail(
      cell,
      `${node.name} is a member as ${seen.worker ? 'worker' : 'manager'}, and is to be a ${node.role}.`,
      {
        advice: 'sudo microk8s leave, then it joins again; or change its role here',
        field: ['nodes', index, 'role'],
      },
    );
  // A node that was not seen may be a member as well: this one may be all that is left of the site's own cluster.
  const alone = input.site.nodes.every(
    ({ name }) => name === node.name || input.facts.get(name)?.microk8s?.joined === false,
  );
  if (known === undefined && alone)
    return warn(cell, `${node.name} is a member of a cluster, and no other node of this site is.`, {
      advice: 'microk8s kubectl get nodes shows of which; microk8s leave takes it out',
    });
  return pass(cell, 'A member under the name wanted: it is left as it is.');
}

/** On a cluster that lives, another track is an upgrade. Kubernetes takes no step back. */
function judgeTrack(standing: string, wanted: string, cell: string): Outcome {
  const rest = { wanted, field: ['cluster', 'channel'] };
  if (compareVersions(trackOf(wanted), trackOf(standing)) > 0)
    return pass(cell, `It is upgraded from ${trackOf(standing)} to ${trackOf(wanted)}, one node at a time.`, rest);
  return fail(cell, `The cluster runs ${standing}; ${wanted} is older.`, {
    ...rest,
    advice: `Kubernetes never goes back: keep ${standing} in cluster.channel`,
  });
}

/** A MicroK8s that is alone has no mark of what runs on it. */
const removal = 'remove it with all data that its pods keep: sudo snap remove --purge microk8s';

/** Removing the snap of a member breaks its cluster, and a site does not take every channel that the store has. */
function otherChannelAdvice({ channel = '', joined }: MicroK8sFacts): string {
  if (channelForm.test(channel)) return `Choose ${channel} in cluster.channel${joined ? '' : `, or ${removal}`}`;
  const other = otherChannel(channel);
  const why = other ? `The ${other.name} channel is not supported: ${other.why}. ` : '';
  return joined
    ? `${why}It is a member of a cluster. Choose another node, or take this one out of that cluster first: sudo microk8s leave`
    : `${why}Choose another node, or ${removal}`;
}
