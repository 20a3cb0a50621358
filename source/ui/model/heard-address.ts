import type { HeardAddresses } from '../../app/ask-addresses.ts';
import type { WizardView } from '../../wizard/page.ts';

/** What was heard of an address. */
export interface Verdict {
  readonly grade: 'pass' | 'fail' | 'plain';
  readonly text: string;
}

/** What was heard of an address, in a few words; undefined: nothing yet. `owner`: the node whose it may be. */
export function verdictOn(
  address: string,
  owner: string | undefined,
  heard: HeardAddresses,
  view: WizardView,
): Verdict | undefined {
  const answers = heard.get(address);
  if (answers === undefined) return undefined;
  const holders = [...answers].flatMap(([asker, answer]) =>
    answer.state === 'own'
      ? [asker]
      : answer.state === 'taken'
        ? [nodeOfMac(answer.mac, view) ?? `MAC ${answer.mac}`]
        : [],
  );
  const stranger = holders.find((holder) => holder !== owner);
  if (stranger !== undefined) return { grade: 'fail', text: `taken by ${stranger}` };
  if (holders.length > 0) return { grade: 'pass', text: 'its own' };
  const free = [...answers.values()].some(({ state }) => state === 'free');
  return free ? { grade: 'pass', text: 'free' } : { grade: 'plain', text: 'not asked' };
}

function nodeOfMac(mac: string, { facts }: WizardView): string | undefined {
  return [...facts].find(([, seen]) => seen.network?.interfaces.some((face) => face.mac.toLowerCase() === mac))?.[0];
}
