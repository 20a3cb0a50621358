import { basename } from 'node:path';
import { isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import type { InterfaceFacts, NetworkFacts } from '../facts/facts.ts';
import { isMapping } from '../text/mapping.ts';

export type NetplanFile = NetworkFacts['netplan'][number];

/** Settings of one interface definition: `dhcp4`, `addresses`, … */
export type Settings = Readonly<Record<string, unknown>>;

/** One definition: `ethernets` → `eno1` → settings. */
export interface Definition {
  /** `ethernets`, `bonds`, `bridges`, `vlans`, … */
  readonly kind: string;
  readonly id: string;
  readonly settings: Settings;
}

const fileSchema = z.object({ network: z.record(z.string(), z.unknown()).default({}) });
const record = z.record(z.string(), z.unknown());
const definitionsSchema = z.record(z.string(), record);

const definitions = new WeakMap<NetplanFile, readonly Definition[] | undefined>();

/** What a file defines. Undefined when it is not readable as netplan reads it. Worked out once for a file. */
export function definitionsIn(file: NetplanFile): readonly Definition[] | undefined {
  if (!definitions.has(file)) definitions.set(file, readDefinitions(file));
  return definitions.get(file);
}

function readDefinitions(file: NetplanFile): readonly Definition[] | undefined {
  const read = fileSchema.safeParse(contentOf(file));
  if (!read.success) return undefined;
  return Object.entries(read.data.network).flatMap(([kind, value]) => {
    const definitions = definitionsSchema.safeParse(value);
    return definitions.success
      ? Object.entries(definitions.data).map(([id, settings]) => ({ kind, id, settings }))
      : [];
  });
}

/** Sections of netplan whose entries are matched to hardware; entries of the others are named as the interface that they make. */
const hardware = new Set(['ethernets', 'wifis', 'modems']);
/** Interfaces that share the MAC of a member: netplan leaves them out where it matches by MAC. */
const stacked = new Set(['bond', 'bridge', 'vlan', 'macvlan', 'ipvlan', 'vxlan', 'vrf', 'team']);

/** How a definition is about an interface: by name, MAC or new name; by a pattern that may fit others too; or not at all. */
export function fits(definition: Definition, face: InterfaceFacts): 'itself' | 'by-pattern' | false {
  if (!hardware.has(definition.kind)) return definition.id === face.name && 'itself';
  if (definition.settings['set-name'] === face.name) return 'itself';
  const match = definition.settings['match'] === undefined ? undefined : record.safeParse(definition.settings['match']);
  if (!match?.success) return definition.id === face.name && 'itself';
  const { name, macaddress } = match.data;
  if (typeof macaddress === 'string')
    return !stacked.has(face.kind) && macaddress.toLowerCase() === face.mac.toLowerCase() && 'itself';
  if (typeof name !== 'string' || !globs(name, face.name)) return false;
  return /[*?[]/.test(name) ? 'by-pattern' : 'itself';
}

/** In the order in which netplan reads them: by name, whatever the folder. https://netplan.readthedocs.io/en/stable/netplan-generate/ */
export function inReadingOrder(files: readonly NetplanFile[]): NetplanFile[] {
  return [...files].sort((a, b) => (basename(a.path) < basename(b.path) ? -1 : 1));
}

/** The key that gives all interfaces, those of other files too, to another program than networkd, for which our file is. */
export function foreignRenderer(file: NetplanFile): readonly string[] {
  const renderer = fileSchema.safeParse(contentOf(file)).data?.network['renderer'];
  return renderer === undefined || renderer === 'networkd' ? [] : [`renderer: ${String(renderer)}`];
}

/** What of a file cannot be carried over into one of ours, by its key; nothing where all can. */
export function keysNotKept(file: NetplanFile): readonly string[] {
  const read = fileSchema.safeParse(contentOf(file));
  if (!read.success) return [];
  return Object.entries(read.data.network).flatMap(([kind, value]) => {
    if (kind === 'version' || kind === 'renderer') return [];
    if (!definitionsSchema.safeParse(value).success && value !== null) return [kind];
    return (definitionsIn(file) ?? []).flatMap((one) => (one.kind === kind ? foreignKeys(one) : []));
  });
}

/** Keys that belong to NetworkManager: networkd, for which our file is, does not take them. */
function foreignKeys({ kind, id, settings }: Definition): string[] {
  const { renderer } = settings;
  const other = renderer !== undefined && renderer !== 'networkd' ? [`renderer: ${String(renderer)}`] : [];
  const own = Object.keys(settings).filter((key) => key === 'networkmanager');
  return [...other, ...own].map((key) => `${kind}.${id}.${key}`);
}

/** Later files win, but lists grow: two files with an address each leave both addresses on the interface. */
export function mergedSettings(all: readonly Settings[]): Settings {
  return all.reduce<Settings>((before, settings) => mergeRecords(before, settings), {});
}

function mergeRecords(before: Settings, after: Settings): Settings {
  const merged = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(after)) merged.set(key, mergeValues(merged.get(key), value));
  return Object.fromEntries(merged);
}

function mergeValues(before: unknown, after: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(after)) {
    const known = new Set(before.map((item) => JSON.stringify(item)));
    return [...before, ...after.filter((item) => !known.has(JSON.stringify(item)))];
  }
  return isMapping(before) && isMapping(after) ? mergeRecords(before, after) : after;
}

const known = new WeakMap<NetplanFile, { readonly content: unknown }>();

/** What is in a file, parsed once: several rules ask for it, for each node. */
function contentOf(file: NetplanFile): unknown {
  const before = known.get(file);
  if (before !== undefined) return before.content;
  const content = parsed(file.content);
  known.set(file, { content });
  return content;
}

/** As netplan reads it: the first document alone, and a key that is given twice twice, one after the other. Undefined: not valid YAML. */
function parsed(content: string): unknown {
  const [document] = parseAllDocuments(content, { uniqueKeys: false, logLevel: 'error' });
  if (document === undefined) return {};
  if (document.errors.length > 0) return undefined;
  try {
    return plain(document.contents, document.toJS()) ?? {};
  } catch {
    return undefined;
  }
}

/** `value` is what the YAML library makes of the node; only where a key is given twice does it differ. */
function plain(node: unknown, value: unknown): unknown {
  if (isSeq(node)) return value;
  const own = record.safeParse(value);
  if (!isMap(node) || !own.success) return value;
  return node.items.reduce<Settings>((before, { key, value: child }) => {
    const name = isScalar(key) ? String(key.value) : String(key);
    const twice = node.items.filter((other) => String(other.key) === String(key)).length > 1;
    const one =
      twice && (isMap(child) || isScalar(child) || isSeq(child))
        ? plain(child, child.toJSON())
        : plain(child, own.data[name]);
    return mergeRecords(before, { [name]: one });
  }, {});
}

function globs(pattern: string, name: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  try {
    return new RegExp(`^${expression}$`).test(name);
  } catch {
    return false;
  }
}
