import ipaddr from 'ipaddr.js';
import { channelForm, defaultChannel, otherChannel } from '../microk8s/tracks.ts';
import { endOfNetworkProblem, hostAddressProblem } from '../site/address-rules.ts';
import { type DraftValue, siteRules } from '../site/schema.ts';
import type { Parsed } from './page.ts';

/*
 * The field parsers: from typed text to a value, or one line that says what is wrong and then what to do.
 * The site's schema judges the same values again; these words are for the person who is typing.
 */

/** From a typed text to a value. */
export type Parse = (text: string) => Parsed;

const isIpv4 = (text: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(text);
const looksLikeAddress = (text: string): boolean => /^[\d.]+(\/\d*)?$/.test(text);

/** An IPv4 address without prefix. */
export function address(text: string): Parsed {
  if (isIpv4(text)) return { value: text };
  if (text.includes('/') && isIpv4(text.split('/')[0] ?? ''))
    return { problem: `${text}: no prefix here, write ${text.split('/')[0]}` };
  return { problem: `${text} is not an IPv4 address: four numbers from 0 to 255, such as 192.168.1.106` };
}

/** An IPv4 address that a machine can have, without prefix. */
export function machineAddress(text: string): Parsed {
  const parsed = address(text);
  const problem = hostAddressProblem(text);
  return 'problem' in parsed || problem === undefined ? parsed : { problem };
}

/** An IPv4 address with its prefix. */
export function addressWithPrefix(text: string): Parsed {
  if (isIpv4(text)) return { problem: `${text} has no prefix: write ${text}/24, or whatever the subnet is` };
  if (!/^[\d.]+\/\d{1,2}$/.test(text) || !ipaddr.IPv4.isValidCIDR(text))
    return { problem: `${text} is not an address with prefix: write it as 192.168.1.106/24` };
  const problem = hostAddressProblem(text) ?? endOfNetworkProblem(text);
  return problem === undefined ? { value: text } : { problem };
}

/** A range of addresses for pods or services, judged as the site file judges it. */
export function range(text: string): Parsed {
  const read = siteRules.ipv4Range.safeParse(text);
  if (read.success) return { value: text };
  return { problem: `${text}: expected ${read.error.issues[0]?.message ?? 'a network in prefix notation'}` };
}

/** A network of machines in prefix notation, judged as the site file judges it. */
export function network(text: string): Parsed {
  const read = siteRules.ipv4Network.safeParse(text);
  return read.success
    ? { value: text }
    : { problem: `${text}: expected ${read.error.issues[0]?.message ?? 'a network'}` };
}

/** RFC 1123 label, as Kubernetes names nodes; the name of a site is one, too. */
export function hostName(text: string): Parsed {
  const corrected = asHostName(text);
  if (corrected !== '' && corrected !== text) {
    if (/[A-Z]/.test(text)) return { problem: `${text} has a capital letter: write ${corrected}` };
    if (text.includes('_')) return { problem: `${text} has an underscore: names take hyphens, write ${corrected}` };
    if (text.includes('.')) return { problem: `${text} has a dot: give the short name only, ${corrected}` };
  }
  if (text.length > 63) return { problem: `${text.slice(0, 12)}… has ${text.length} characters: at most 63` };
  if (/^-|-$/.test(text)) return { problem: `${text} begins or ends with a hyphen: take it off` };
  if (!/^[a-z0-9-]+$/.test(text)) return { problem: `${text}: a name has only lower-case letters, digits and hyphens` };
  if (text === 'localhost') return { problem: 'localhost means every machine itself: choose another name' };
  return { value: text };
}

/** The nearest host name; empty where there is none, as for other scripts. */
const asHostName = (text: string): string =>
  /^[a-z]/i.test(text)
    ? (text.split('.')[0] ?? '')
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
    : '';

/** A DNS name with one label or more. */
export function dnsName(text: string): Parsed {
  if (/[A-Z]/.test(text) && 'value' in dnsName(text.toLowerCase()))
    return { problem: `${text} has a capital letter: write ${text.toLowerCase()}` };
  if (/^[a-z]+:\/\//.test(text))
    return { problem: `${text} is a URL: give the name alone, such as ${text.split('/')[2] ?? 'spot.example.org'}` };
  if (text.includes('_')) return { problem: `${text} has an underscore: DNS names of hosts take hyphens` };
  if (isIpv4(text)) return { problem: `${text} is an address: enter the DNS name that resolves to it` };
  const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
  const long = text.split('.').find((part) => part.length > 63);
  if (long !== undefined)
    return { problem: `${long.slice(0, 12)}… has ${long.length} characters: at most 63 between two dots` };
  if (text.length > 253 || !new RegExp(`^${label}(\\.${label})*$`).test(text))
    return { problem: `${text} is not a DNS name: write it as spot.example.org` };
  return { value: text };
}

/** `10.0.4.21-23` or `10.0.4.21-10.0.4.23` in its parts, which may be too large; undefined where the text has another form. */
export function rangeParts(text: string): { net: string; from: string; first: number; last: number } | undefined {
  const [, net, from = '', to] = /^(\d+\.\d+\.\d+\.)(\d+)-(?:\1)?(\d+)$/.exec(text) ?? [];
  return net === undefined ? undefined : { net, from, first: Number(from), last: Number(to) };
}

/** The addresses of such a range of two or more; undefined where the text is something else. */
export function addressRange(text: string): readonly string[] | undefined {
  const range = rangeParts(text);
  if (range === undefined || range.last <= range.first || !addressesExist(range)) return undefined;
  return addressesBetween(range);
}

type RangeParts = NonNullable<ReturnType<typeof rangeParts>>;

/** Whether every number of the range is one of an address. */
export const addressesExist = ({ net, from, last }: RangeParts): boolean => last <= 255 && isIpv4(`${net}${from}`);

/** All addresses of a range, both ends among them. */
export const addressesBetween = ({ net, first, last }: RangeParts): readonly string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${net}${first + index}`);

/** Where a node answers now: an address or a name. */
export function reach(text: string): Parsed {
  const range = addressRange(text);
  if (range !== undefined)
    return {
      problem: `${text} is ${range.length} nodes and this is one: Enter puts ${range[0]} here and offers the others`,
    };
  if (rangeParts(text) !== undefined)
    return { problem: `${text} is not a range of addresses: the first and the last number, as in 10.0.4.21-23` };
  if (isIpv4(text)) return { value: text };
  if (looksLikeAddress(text)) {
    return text.includes('/')
      ? { problem: `${text}: no prefix here, only the address at which the node answers now` }
      : { problem: `${text} is not an IPv4 address: four numbers from 0 to 255` };
  }
  if (text.includes('@'))
    return { problem: `${text}: the user goes into its own column, here only the address or name` };
  if (!/^[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?$/.test(text))
    return { problem: `${text} is neither an address nor a name that ssh could reach` };
  return { value: text };
}

/** A whole number between two bounds; a unit that was typed along is named. */
export function whole(least: number, most: number, unit: string): Parse {
  return (text) => {
    const bare = text.replace(/\s*(gb|gib|gi|g)$/i, '');
    if (unit === 'GB' && bare !== text && /^\d+$/.test(bare)) return whole(least, most, unit)(bare);
    if (/^-\d/.test(text)) return { problem: `${text} is below zero: at least ${least}${unitWord(unit)}` };
    if (/^\d+[.,]\d+$/.test(text))
      return { problem: `${text} is not a whole number: write ${Math.ceil(Number.parseFloat(text))}` };
    if (!/^\d+$/.test(text)) return { problem: `${text} is not a number: digits only, such as ${Math.max(least, 10)}` };
    const value = Number(text);
    if (value < least) return { problem: `${text}${unitWord(unit)} is too small: at least ${least}${unitWord(unit)}` };
    if (value > most) return { problem: `${text}${unitWord(unit)} is too large: at most ${most}${unitWord(unit)}` };
    return { value };
  };
}

function unitWord(unit: string): string {
  return unit === '' ? '' : ` ${unit}`;
}

/** Several of one kind, separated by commas or spaces. */
export function listOf(one: Parse): Parse {
  return (text) => {
    const values: DraftValue[] = [];
    for (const part of text.split(/[\s,]+/).filter(Boolean)) {
      const parsed = one(part);
      if ('problem' in parsed) return parsed;
      if (!values.includes(parsed.value)) values.push(parsed.value);
    }
    return { value: values };
  };
}

/** Yes or no, as people type it. */
export function yesNo(text: string): Parsed {
  if (/^(y|yes|true|on)$/i.test(text)) return { value: true };
  if (/^(n|no|false|off)$/i.test(text)) return { value: false };
  return { problem: `${text}: answer yes or no` };
}

/** One of several, by its value, its label or the beginning of either. */
export function oneOf(choices: readonly { readonly value: string; readonly label: string }[]): Parse {
  return (text) => {
    const wanted = text.toLowerCase();
    const exact = choices.find((choice) => choice.value === text || choice.label.toLowerCase() === wanted);
    const begun = choices.filter(
      (choice) => choice.value.toLowerCase().startsWith(wanted) || choice.label.toLowerCase().startsWith(wanted),
    );
    const found = exact ?? (begun.length === 1 ? begun[0] : undefined);
    if (found) return { value: found.value };
    return { problem: `${text} is not one of ${choices.map((choice) => choice.value).join(', ')}` };
  };
}

/** The name of a volume group or logical volume. */
export function lvmName(text: string): Parsed {
  if (text.startsWith('/dev/')) return { problem: `${text} is a path: give the name alone` };
  if (text.length > 127 || text === '.' || text === '..' || !/^[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/.test(text))
    return { problem: `${text} is not an LVM name: letters, digits and + _ . -` };
  return { value: text };
}

/** Login name as useradd takes it, loosely. */
export function user(text: string): Parsed {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.@\\-]*$/.test(text)) return { value: text };
  return { problem: `${text} is not a login name` };
}

/** A channel of MicroK8s, such as `1.34/stable`. */
export function channel(text: string): Parsed {
  if (channelForm.test(text)) return { value: text };
  const other = otherChannel(text);
  if (other) return { problem: `the ${other.name} channel is not supported: ${other.why}` };
  if (/^1\.\d+$/.test(text)) return { problem: `${text} names no risk: write ${text}/stable` };
  return { problem: `${text} is not a MicroK8s channel: write it as ${defaultChannel}` };
}

/** Any text on one line, up to a length. */
export function anyText(most: number): Parse {
  return (text) =>
    text.length > most ? { problem: `${text.length} characters are too many: at most ${most}` } : { value: text };
}

/** A text by a rule of the site file, whose words say what is wanted. */
export const byRule =
  (rule: (typeof siteRules)['proxyUrl' | 'namespace' | 'anyIpv4Network' | 'oneWord' | 'oidcIssuer']): Parse =>
  (text) => {
    const { success, error } = rule.safeParse(text);
    if (success) return { value: text };
    return { problem: `${text}: expected ${error.issues[0]?.message ?? 'another text'}` };
  };
