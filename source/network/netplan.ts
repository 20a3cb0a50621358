import type { InterfaceFacts, NetworkFacts, NodeFacts } from '../facts/facts.ts';
import { type AddressWithPrefix, isInside } from '../site/address-rules.ts';
import { blockYaml } from '../site/block-yaml.ts';
import type { Site, SiteNode } from '../site/schema.ts';
import {
  holds,
  presentDefault,
  routesCutOff,
  staticNameservers,
  type WantedSettings,
  withStaticAddress,
} from './address-settings.ts';
import { carrierOf, defaultRoute, presentAddress, wantedAddress } from './addresses.ts';
import {
  type Definition,
  definitionsIn,
  fits,
  foreignRenderer,
  inReadingOrder,
  keysNotKept,
  mergedSettings,
  type NetplanFile,
  type Settings,
} from './netplan-files.ts';

export const netplanPath = '/etc/netplan/60-kloudspot.yaml';

export interface NetplanChange {
  readonly path: string;
  readonly content: string;
  /** Files that configure the same interface. They must go aside: netplan adds the lists of all files up. */
  readonly aside: readonly string[];
}

/**
 * The netplan file that gives a node its static address. What the files that go aside say of other interfaces, and of
 * this one beside its addresses (bond members, VLAN id, MTU), is taken over.
 * Undefined where DHCP is kept, where all is as wanted already, where the facts do not tell the interface, and where
 * something there could not be kept (`netplanRefusals`), which preflight fails.
 */
export function netplanDocument(site: Site, node: SiteNode, facts: NodeFacts): NetplanChange | undefined {
  const gathered = gather(node, facts);
  if (gathered === undefined || refusalsOf(gathered).length > 0) return undefined;
  const { address, carrier, network, touching, definitions, about, old } = gathered;
  const wanted = wantedSettings(site, node, gathered);
  if (hasAddress(carrier, address) && about.length > 0 && holds(old, wanted)) return undefined;
  const own = about.find((definition) => fits(definition, carrier) === 'itself');
  const target: Definition = {
    kind: own?.kind ?? 'ethernets',
    id: own?.id ?? carrier.name,
    settings: withStaticAddress(own === undefined ? withoutMatch(old) : old, wanted),
  };
  // In the order of before: netplan 0.106 reads what comes before its members twice, name servers too.
  const kept = definitions.flatMap((definition) => {
    if (definition === own) return [target];
    return fits(definition, carrier) === 'itself' ? [] : expanded(definition, carrier, network);
  });
  return {
    path: netplanPath,
    content: text(node, target, own === undefined ? [target, ...kept] : kept),
    aside: touching.map((file) => file.path).filter((path) => path.startsWith('/etc/netplan/')),
  };
}

/** What the files of a node say about the interface that is to get its address. */
interface Gathered {
  readonly address: AddressWithPrefix;
  readonly carrier: InterfaceFacts;
  readonly network: NetworkFacts;
  /** Files of others that configure the interface. */
  readonly touching: readonly NetplanFile[];
  /** All that these files and ours define, in the order in which netplan reads them. */
  readonly definitions: readonly Definition[];
  /** Those that are about the interface, and all of their settings together. */
  readonly about: readonly Definition[];
  readonly old: Settings;
  /** The address that goes, where the node has another now. */
  readonly leaving: string | undefined;
}

/** Undefined where no static address is wanted, or where the facts do not tell the interface. */
function gather(node: SiteNode, facts: NodeFacts | undefined): Gathered | undefined {
  const address = wantedAddress(node);
  const carrier = carrierOf(node, facts);
  const network = facts?.network;
  if (address === undefined || carrier === undefined || network === undefined) return undefined;
  const ours = network.netplan.filter(isOurs);
  const touching = network.netplan.filter((file) => !isOurs(file) && touches(file, carrier));
  const definitions = inReadingOrder([...touching, ...ours]).flatMap((file) => definitionsIn(file) ?? []);
  const about = definitions.filter((definition) => fits(definition, carrier));
  const old = mergedSettings(about.map(({ settings }) => settings));
  const present = presentAddress(node, facts)?.address;
  const leaving = present === address.address ? undefined : present;
  return { address, carrier, network, touching, definitions, about, old, leaving };
}

const isOurs = ({ path }: NetplanFile): boolean => path === netplanPath;

function wantedSettings(
  site: Site,
  node: SiteNode,
  { address, carrier, network, old, leaving }: Gathered,
): WantedSettings {
  const servers = node.network?.nameservers ?? site.network.nameservers;
  const search = node.network?.search ?? site.network.search;
  const own = staticNameservers(old);
  return {
    address,
    gateway: wantedGateway(site, node, address, carrier, network),
    nameservers: servers.length > 0 ? servers : (own?.addresses ?? network.nameservers.filter(isServerForAll)),
    search: search.length > 0 ? search : (own?.search ?? network.search),
    mtu: carrier.mtu,
    leaving,
  };
}

/** The node's own, the site's, or the one that it has now where that can still be reached. */
export function wantedGateway(
  site: Site,
  node: SiteNode,
  address: AddressWithPrefix,
  carrier: InterfaceFacts,
  network: NetworkFacts,
): string | undefined {
  const present = network.routes.find((route) => route.to === 'default' && route.device === carrier.name)?.via;
  const usable = present !== undefined && isInside(present, address) ? present : undefined;
  return node.network?.gateway ?? site.network.gateway ?? usable;
}

/** The gateway that a node is to have, or the one that it keeps. */
export function gatewayOf(site: Site, node: SiteNode, facts: NodeFacts | undefined): string | undefined {
  const address = wantedAddress(node);
  const carrier = carrierOf(node, facts);
  const wanted =
    address === undefined || carrier === undefined || facts?.network === undefined
      ? undefined
      : wantedGateway(site, node, address, carrier, facts.network);
  return wanted ?? defaultRoute(facts)?.via;
}

/** Not the stub of systemd-resolved, which answers on the node alone. */
function isServerForAll(address: string): boolean {
  return !address.startsWith('127.') && !address.includes(':');
}

/** The default route that the carrier's netplan files give it now. */
export function keptDefaultRoute(carrier: InterfaceFacts, network: NetworkFacts): ReturnType<typeof presentDefault> {
  const about = inReadingOrder(network.netplan.filter((file) => touches(file, carrier)))
    .flatMap((file) => definitionsIn(file) ?? [])
    .filter((definition) => fits(definition, carrier));
  return presentDefault(mergedSettings(about.map(({ settings }) => settings)));
}

/** Why the address cannot be changed without losing something: file and key. Empty where all that is there can be kept. */
export function netplanRefusals(node: SiteNode, facts: NodeFacts | undefined): readonly string[] {
  const gathered = gather(node, facts);
  return gathered === undefined ? [] : refusalsOf(gathered);
}

function refusalsOf({ address, carrier, network, touching, about, old, leaving }: Gathered): readonly string[] {
  if (about.length === 0 && ['bond', 'bridge', 'vlan'].includes(carrier.kind))
    return [`${carrier.name} is a ${carrier.kind} that no netplan file defines`];
  const keys = (file: NetplanFile) => [
    ...(isOurs(file) ? [] : foreignRenderer(file)),
    ...(touching.includes(file) ? keysNotKept(file) : []),
  ];
  const inFiles = network.netplan.flatMap((file) => keys(file).map((key) => `${file.path}: ${key}`));
  const cut = routesCutOff(old, { address, leaving }).map(
    (route) => `${about[0]?.kind}.${about[0]?.id}.routes: ${route} would become unreachable`,
  );
  return [...inFiles, ...cut];
}

function touches(file: NetplanFile, carrier: InterfaceFacts): boolean {
  return (definitionsIn(file) ?? []).some((definition) => fits(definition, carrier));
}

function hasAddress(carrier: InterfaceFacts, { address, prefix }: AddressWithPrefix): boolean {
  return carrier.addresses.some((own) => own.address === address && own.prefix === prefix && !own.dynamic);
}

function withoutMatch({
  match: _match,
  ...rest
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return rest;
}

/** A pattern that fits the carrier too would give it two definitions: the others that it fits get one each instead. */
function expanded(definition: Definition, carrier: InterfaceFacts, network: NetworkFacts): Definition[] {
  if (fits(definition, carrier) !== 'by-pattern') return [definition];
  return network.interfaces
    .filter((face) => face.name !== carrier.name && face.kind === 'ether' && fits(definition, face))
    .map((face) => ({ ...definition, id: face.name, settings: withoutMatch(definition.settings) }));
}

function text(node: SiteNode, target: Definition, definitions: readonly Definition[]): string {
  const kinds = [...new Set(definitions.map((definition) => definition.kind))];
  const byKind = kinds.map((kind) => {
    const ids = [...new Set(definitions.filter((one) => one.kind === kind).map((one) => one.id))];
    const settings = (id: string) =>
      mergedSettings(definitions.filter((one) => one.kind === kind && one.id === id).map((one) => one.settings));
    return [kind, Object.fromEntries(ids.map((id) => [id, settings(id)]))] as const;
  });
  const head = [
    `# The static address of ${node.name}, written by kloudspot from site.yaml.`,
    '# It takes the place of the files that configured the same interface before.',
  ];
  const network = { version: 2, renderer: 'networkd', ...Object.fromEntries(byKind) };
  return `${head.join('\n')}\n\n${blockYaml({ network }, (path) => remark(path, target))}`;
}

/** Of the definitions of the same kind. */
function remark(path: readonly string[], target: Definition): string | undefined {
  const [, kind, id] = path;
  if (path.length !== 3 || kind !== target.kind) return undefined;
  return id === target.id ? 'carries the address of the cluster' : 'as it was';
}
