import type { TimeFacts } from '../../facts/facts.ts';
import { measuredDuration } from '../../text/duration.ts';
import { type Check, fail, nodeCheck, pass, warn } from '../check.ts';

export const clockSynchronized: Check = nodeCheck(
  {
    id: 'clock-synchronized',
    title: 'Clock synchronization',
    why: 'A clock that is not synchronised drifts by seconds a day. Certificates then count as not yet valid, and logs of two nodes cannot be compared.',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/timedatectl.html',
  },
  'time',
  ({ synchronized }, { node }) =>
    synchronized
      ? pass('synchronized', 'A time service corrects it.')
      : warn('not synchronized', `Nothing corrects the clock of ${node.name}, or no time server answers it.`, {
          wanted: 'synchronized',
          advice: 'timedatectl set-ntp true, and name a time server in /etc/systemd/timesyncd.conf',
        }),
  'warn',
);

/**
 * etcd calls a difference above 1 s high (rafthttp/probing_status.go, `ClockDiff() > time.Second`): half of it is warned of.
 * k0sctl refuses hosts that differ by more than 30 s from the median (phase/validate_hosts.go, `maxSkew`).
 */
export const clockWarnMs = 500;
export const clockFailMs = 30_000;

export const clockAdvice = 'timedatectl set-ntp true; without a time server: date --set, then hwclock --systohc';

export const clockSkew: Check = nodeCheck(
  {
    id: 'clock-skew',
    title: 'Clock difference',
    why: 'Certificates made on one node are valid from that moment: a node whose clock is behind refuses them. Joining then waits forever. Each clock is compared with the median of all.',
    source:
      'https://github.com/etcd-io/etcd/blob/main/server/etcdserver/api/rafthttp/probing_status.go; https://github.com/k0sproject/k0sctl/blob/main/phase/validate_hosts.go',
  },
  'time',
  (time, { input, node }) => {
    const all = [...input.facts.values()].flatMap((facts) => (facts.time ? [offset(facts.time)] : []));
    const from = all.length > 1 ? median(all) : 0;
    const skew = offset(time) - from;
    // What lies within the time that asking took is not known to be a difference.
    const sure = Math.max(0, Math.abs(skew) - time.uncertaintyMs);
    const seen = measuredDuration(skew);
    const wanted = `under ${measuredDuration(clockWarnMs)}`;
    const than = all.length > 1 ? 'the other nodes' : 'the machine that kloudspot runs on';
    const reason = `The clock of ${node.name} is ${measuredDuration(Math.abs(skew))} ${skew < 0 ? 'behind' : 'ahead of'} ${than}.`;
    const advice = clockAdvice;
    if (sure > clockFailMs) return fail(seen, reason, { wanted, advice });
    if (sure > clockWarnMs) return warn(seen, reason, { wanted, advice });
    return pass(seen, 'The clock agrees with the others.', { wanted });
  },
);

function offset({ nodeMs, localMs }: TimeFacts): number {
  return nodeMs - localMs;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
