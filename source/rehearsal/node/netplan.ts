import { isMap, isNode, isScalar, isSeq, type Pair, parseDocument } from 'yaml';
import type { Machine } from '../model/machine.ts';

/** One interface as all files together describe it. */
interface Wanted {
  dhcp: boolean;
  readonly addresses: string[];
  readonly routes: { readonly to: string; readonly via?: string }[];
  readonly nameservers: string[];
  readonly search: string[];
}

export interface Netplan {
  readonly interfaces: ReadonlyMap<string, Wanted>;
  /** What netplan prints and goes on. */
  readonly warnings: readonly string[];
}

/** What netplan refuses, as it prints it: `FILE:LINE:COL: text`. */
export class NetplanError extends Error {}

const knownKeys = new Set([
  'dhcp4',
  'dhcp6',
  'dhcp4-overrides',
  'dhcp6-overrides',
  'dhcp-identifier',
  'addresses',
  'routes',
  'nameservers',
  'gateway4',
  'gateway6',
  'optional',
  'match',
  'set-name',
  'mtu',
  'macaddress',
  'link-local',
  'accept-ra',
  'renderer',
  'critical',
  'interfaces',
  'parameters',
  'id',
  'link',
  'wakeonlan',
  'ignore-carrier',
  'routing-policy',
  'optional-addresses',
]);
const kinds = new Set(['version', 'renderer', 'ethernets', 'bonds', 'bridges', 'vlans']);

/** Reads `/etc/netplan/*.yaml` in their order; lists of several files are joined. Throws `NetplanError`. */
export function readNetplan(machine: Machine): Netplan {
  const interfaces = new Map<string, Wanted>();
  const warnings: string[] = [];
  const paths = Object.keys(machine.files)
    .filter((path) => /^\/etc\/netplan\/[^/]+\.yaml$/.test(path))
    .sort();
  for (const path of paths) {
    const file = machine.files[path];
    if (file === undefined) continue;
    if ((file.mode & 0o077) !== 0) {
      warnings.push(`Permissions for ${path} are too open. Netplan configuration should NOT be accessible by others.`);
    }
    new Reader(path, file.content).read(interfaces, warnings);
  }
  const gateways = [...interfaces].filter(([, wanted]) => wanted.routes.some((route) => route.to === 'default'));
  if (
    gateways.length > 1 ||
    gateways.some(([, wanted]) => wanted.routes.filter((route) => route.to === 'default').length > 1)
  ) {
    const first = gateways[0]?.[0] ?? '';
    warnings.push(
      `Problem encountered while validating default route consistency. Conflicting default route declarations for IPv4 (table: main, metric: default), first declared in ${first} but also in ${gateways.at(-1)?.[0] ?? first}`,
    );
  }
  return { interfaces, warnings };
}

/** Reads one file; knows the line of what it complains of. */
class Reader {
  readonly #path: string;
  readonly #text: string;

  constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  read(interfaces: Map<string, Wanted>, warnings: string[]): void {
    const tab = this.#text.search(/^ *\t/m);
    if (tab !== -1)
      this.#refuseAt(
        tab + (/^ */.exec(this.#text.slice(tab))?.[0].length ?? 0),
        'Invalid YAML: tabs are not allowed for indent:',
      );
    const document = parseDocument(this.#text, { uniqueKeys: false, version: '1.1', logLevel: 'error' });
    const broken = document.errors[0];
    if (broken !== undefined)
      this.#refuseAt(broken.pos[0], `Invalid YAML: ${broken.message.split(' at line')[0]?.toLowerCase()}:`);
    const root = document.get('network', true);
    if (!isMap(root)) return;
    for (const pair of root.items) {
      const kind = keyOf(pair);
      if (!kinds.has(kind)) this.#refuse(pair.key, `unknown key '${kind}'`);
      if (!isMap(pair.value)) continue;
      for (const port of pair.value.items) this.#interface(keyOf(port), port.value, interfaces, warnings);
    }
  }

  #interface(name: string, node: unknown, interfaces: Map<string, Wanted>, warnings: string[]): void {
    const wanted = interfaces.get(name) ?? { dhcp: false, addresses: [], routes: [], nameservers: [], search: [] };
    interfaces.set(name, wanted);
    if (!isMap(node)) return;
    for (const pair of node.items) {
      const key = keyOf(pair);
      if (!knownKeys.has(key)) this.#refuse(pair.key, `unknown key '${key}'`);
      if (key === 'dhcp4') wanted.dhcp = this.#boolean(pair);
      if (key === 'addresses') for (const item of itemsOf(pair.value)) wanted.addresses.push(this.#address(item));
      if (key === 'routes') for (const item of itemsOf(pair.value)) wanted.routes.push(this.#route(item));
      if (key === 'gateway4') {
        warnings.push('`gateway4` has been deprecated, use default routes instead.');
        wanted.routes.push({ to: 'default', via: textOf(pair.value) });
      }
      if (key === 'nameservers' && isMap(pair.value)) {
        for (const part of pair.value.items) {
          const texts = itemsOf(part.value).map(textOf);
          if (keyOf(part) === 'addresses') wanted.nameservers.push(...texts);
          else if (keyOf(part) === 'search') wanted.search.push(...texts);
          else this.#refuse(part.key, `unknown key '${keyOf(part)}'`);
        }
      }
    }
  }

  #boolean(pair: Pair): boolean {
    const text = textOf(pair.value).toLowerCase();
    if (['true', 'on', 'yes', 'y'].includes(text)) return true;
    if (['false', 'off', 'no', 'n'].includes(text)) return false;
    return this.#refuse(pair.value, `invalid boolean value '${text}'`);
  }

  #address(item: unknown): string {
    const node = isMap(item) ? item.items[0]?.key : item;
    const text = textOf(node);
    const [address = '', prefix] = text.split('/');
    if (prefix === undefined) this.#refuse(node, `address '${text}' is missing /prefixlength`);
    if (!isIpv4(address) && !address.includes(':')) {
      this.#refuse(node, `malformed address '${address}', must be X.X.X.X/NN or X:X:X:X:X:X:X:X/NN`);
    }
    if (!/^\d+$/.test(prefix) || Number(prefix) > (address.includes(':') ? 128 : 32)) {
      this.#refuse(node, `invalid prefix length in address '${text}'`);
    }
    return text;
  }

  #route(item: unknown): { to: string; via?: string } {
    if (!isMap(item)) return this.#refuse(item, 'expected mapping');
    const to = textOf(item.get('to', true));
    const via = item.get('via', true);
    if (to === '') this.#refuse(item, "unicast route must include both a 'to' and 'via' IP");
    if (to !== 'default' && !isIpv4(to.split('/')[0] ?? ''))
      this.#refuse(item.get('to', true), `invalid IP family '-1'`);
    if (via !== undefined && !isIpv4(textOf(via))) this.#refuse(via, `invalid IP family '-1'`);
    return { to: to === '0.0.0.0/0' ? 'default' : to, ...(via === undefined ? {} : { via: textOf(via) }) };
  }

  #refuse(node: unknown, text: string): never {
    const range = isNode(node) ? node.range : undefined;
    return this.#refuseAt(range?.[0] ?? 0, `Error in network definition: ${text}`);
  }

  #refuseAt(offset: number, text: string): never {
    const before = this.#text.slice(0, offset).split('\n');
    const line = before.length;
    const column = before.at(-1)?.length ?? 0;
    const shown = this.#text.split('\n')[line - 1] ?? '';
    throw new NetplanError(`${this.#path}:${line}:${column + 1}: ${text}\n${shown}\n${' '.repeat(column)}^`);
  }
}

const keyOf = (pair: Pair): string => textOf(pair.key);
const textOf = (node: unknown): string =>
  isScalar(node) ? (node.source ?? String(node.value)) : typeof node === 'string' ? node : '';
const itemsOf = (node: unknown): readonly unknown[] => (isSeq(node) ? node.items : []);

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}
