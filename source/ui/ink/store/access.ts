import type { HostKeyOffer } from '../../../host/host.ts';
import { durationClock } from '../../../text/duration.ts';
import { textAt } from '../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../wizard/draft/draft-nodes.ts';
import type { AccessEntry, AppState } from './state.ts';

/** All host keys that are not trusted yet, and the nodes that wait for it. */
export function offersOf(state: Pick<AppState, 'draft' | 'access'>): {
  offers: readonly HostKeyOffer[];
  reaches: readonly string[];
} {
  const waiting = draftNodes(state.draft).flatMap((node) => {
    const reach = textAt(node, ['reach']);
    const access = state.access.get(reach)?.state;
    return access?.state === 'host-key-unknown' ? [{ reach, offers: access.offers }] : [];
  });
  return { offers: waiting.flatMap((one) => one.offers), reaches: waiting.map((one) => one.reach) };
}

export type AccessGrade = 'pass' | 'warn' | 'fail' | 'running' | 'plain';

/** A node's access in a few words. */
export function accessWords(entry: AccessEntry | undefined, now: number): { grade: AccessGrade; text: string } {
  const access = entry?.state;
  if (!access) return { grade: 'plain', text: 'not asked yet' };
  switch (access.state) {
    case 'connecting': {
      return { grade: 'running', text: `connecting, ${durationClock(now - entry.since)}` };
    }
    case 'ready':
      return { grade: access.facts.access.sudo === 'refused' ? 'fail' : 'pass', text: readyWords(access.facts.access) };
    case 'host-key-unknown':
      return access.offers.some((offer) => offer.changedFrom !== undefined)
        ? { grade: 'fail', text: 'host key changed' }
        : { grade: 'warn', text: 'host key is new' };
    case 'password-needed':
      return { grade: 'warn', text: access.for === 'login' ? 'password needed' : 'sudo password needed' };
    case 'refused':
      return { grade: 'fail', text: access.for === 'login' ? 'login refused' : 'sudo refused' };
    case 'failed':
      return { grade: 'fail', text: access.what };
  }
}

function readyWords(access: { readonly user: string; readonly sudo: string }): string {
  if (access.sudo === 'root' || access.user === 'root') return 'root';
  if (access.sudo === 'free') return 'sudo';
  return access.sudo === 'password' ? 'sudo with password' : 'no sudo';
}
