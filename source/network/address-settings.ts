import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { type AddressWithPrefix, isInside } from '../site/address-rules.ts';
import { defined } from '../text/defined.ts';
import type { Settings } from './netplan-files.ts';

/** What a node's interface is to have. */
export interface WantedSettings {
  readonly address: AddressWithPrefix;
  readonly gateway: string | undefined;
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  /** Written where it is not the usual 1500, which DHCP may have set until now. */
  readonly mtu: number;
  /** The address that goes, where the node has another now. */
  readonly leaving: string | undefined;
}

const route = z.looseObject({
  to: z.string(),
  via: z.string().optional(),
  table: z.union([z.number(), z.string()]).optional(),
});
type Route = z.output<typeof route>;
const routes = z.array(route);
const overrides = z.looseObject({ 'route-metric': z.number().optional() });
const nameserverSettings = z.looseObject({
  addresses: z.array(z.string()).default([]),
  search: z.array(z.string()).default([]),
});

/** The old settings of an interface with the static address in the place of DHCP and of the addresses that go. */
export function withStaticAddress(old: Settings, wanted: WantedSettings): Settings {
  const { match, ...rest } = old;
  const kept = Object.entries(rest).filter(
    ([key]) => !['set-name', 'dhcp4', 'addresses', 'routes', 'nameservers', 'mtu', ...dropped].includes(key),
  );
  const routes = routesWith(old, wanted);
  const text = `${wanted.address.address}/${wanted.address.prefix}`;
  const mtu = old['mtu'] ?? (wanted.mtu === 1500 ? undefined : wanted.mtu);
  return {
    ...defined({ match, 'set-name': old['set-name'] }),
    dhcp4: false,
    addresses: [text, ...addressesOf(old).filter((item) => stays(addressText(item), wanted))],
    ...(routes.length === 0 ? {} : { routes }),
    ...(wanted.nameservers.length + wanted.search.length === 0 ? {} : { nameservers: nameservers(wanted) }),
    ...defined({ mtu }),
    ...Object.fromEntries(kept),
  };
}

/** Whether the old settings give the wanted ones already. */
export function holds(old: Settings, wanted: WantedSettings): boolean {
  const own = addressesOf(old).map(addressText).filter(isIpv4);
  const text = `${wanted.address.address}/${wanted.address.prefix}`;
  const near = own.filter((entry) => isInside(entry.replace(/\/.*/, ''), wanted.address));
  const servers = nameserverSettings.safeParse(old['nameservers'] ?? {}).data;
  const gateways = [
    old['gateway4'],
    ...routesOf(old)
      .filter(isDefault)
      .map((entry) => entry.via),
  ];
  return (
    !isOn(old['dhcp4']) &&
    near.length === 1 &&
    near[0] === text &&
    (wanted.gateway === undefined || gateways.includes(wanted.gateway)) &&
    wanted.nameservers.every((server) => servers?.addresses.includes(server)) &&
    wanted.search.every((domain) => servers?.search.includes(domain))
  );
}

/** Name servers and domains that the files themselves name, where no lease adds any: they stay unless the site names others. */
export function staticNameservers(old: Settings): z.output<typeof nameserverSettings> | undefined {
  const named = old['nameservers'] !== undefined && !isOn(old['dhcp4']);
  return named ? nameserverSettings.safeParse(old['nameservers']).data : undefined;
}

/** The default route that stays where the site names no gateway: with `on-link` it may lie outside the node's subnet. */
export function presentDefault(
  old: Settings,
): { readonly via: string | undefined; readonly onLink: boolean } | undefined {
  const found = routesOf(old).find(isDefault) ?? olderDefault(old);
  return found && { via: found.via, onLink: found['on-link'] === true };
}

/** Keys that mean DHCP or an older way to say a default route; the renderer is named once for the whole file. */
const dropped = ['dhcp4-overrides', 'dhcp-identifier', 'gateway4', 'renderer'];

function nameservers({ nameservers: addresses, search }: WantedSettings): Settings {
  return { ...(addresses.length === 0 ? {} : { addresses }), ...(search.length === 0 ? {} : { search }) };
}

/**
 * The old routes with the gateway in the default one. Its metric stays, the one that DHCP was set to give it too: another
 * interface may have the default route that counts. Routes of other tables stay as they are. A default route whose gateway is
 * in the subnet that the node leaves goes with it.
 */
function routesWith(old: Settings, wanted: WantedSettings): readonly Route[] {
  const { gateway } = wanted;
  const all = routesOf(old);
  const defaults = all.filter(isDefault);
  const before =
    defaults.find(({ via }) => via === gateway) ??
    defaults.find(({ via }) => via !== undefined && isInside(via, wanted.address)) ??
    defaults.find((entry) => !isReached(entry, old, wanted)) ??
    defaults[0] ??
    olderDefault(old);
  const rest = all.filter((entry) => entry !== before);
  const metric = overrides.safeParse(old['dhcp4-overrides'] ?? {}).data?.['route-metric'];
  if (gateway !== undefined) return [{ ...defined({ metric }), ...before, to: 'default', via: gateway }, ...rest];
  return before === undefined || !isReached(before, old, wanted) ? rest : [before, ...rest];
}

/** Routes beside the default one whose gateway is reached no more, as `10.8.0.0/16 via 10.0.4.254`. */
export function routesCutOff(old: Settings, wanted: Pick<WantedSettings, 'address' | 'leaving'>): readonly string[] {
  const cut = routesOf(old).filter((entry) => !isDefault(entry) && !isReached(entry, old, wanted));
  return cut.map(({ to, via }) => `${to} via ${via}`);
}

/** Whether the gateway of a route lies in a network of the interface once its address has changed. */
function isReached(entry: Route, old: Settings, wanted: Pick<WantedSettings, 'address' | 'leaving'>): boolean {
  const { via } = entry;
  if (via === undefined || entry['on-link'] === true || !isIpv4(via) || isInside(via, wanted.address)) return true;
  const own = addressesOf(old).map(addressText).filter(isIpv4);
  const left = own.filter((text) => text.replace(/\/.*/, '') === wanted.leaving);
  const stayed = own.filter((text) => stays(text, wanted));
  const holds = (text: string) => isInNetwork(via, text);
  // What lies in no network of before was reached in another way, which stays.
  return stayed.some(holds) || !left.some(holds);
}

function isInNetwork(address: string, text: string): boolean {
  try {
    const [own, prefix] = ipaddr.IPv4.parseCIDR(text);
    return isInside(address, { address: own.toString(), prefix });
  } catch {
    return false;
  }
}

/** `gateway4`, an older way to write it. */
function olderDefault({ gateway4 }: Settings): Route | undefined {
  return typeof gateway4 === 'string' ? { to: 'default', via: gateway4 } : undefined;
}

function routesOf(settings: Settings): Route[] {
  const given = settings['routes'];
  return given === undefined ? [] : (routes.safeParse(given).data ?? []);
}

/** The IPv4 default route of the main table, which has the number 254. */
function isDefault(entry: Route): boolean {
  if (entry.table !== undefined && !['254', 'main'].includes(String(entry.table))) return false;
  const isV4 = entry.via === undefined || isIpv4(entry.via);
  return isV4 && ['default', '0.0.0.0/0', '0/0'].includes(entry.to);
}

/** Addresses of other networks and of IPv6 stay; the one that goes and its neighbours do not. */
function stays(text: string, { address, leaving }: Pick<WantedSettings, 'address' | 'leaving'>): boolean {
  if (!isIpv4(text)) return true;
  const own = text.replace(/\/.*/, '');
  return own !== leaving && !isInside(own, address);
}

function addressesOf(settings: Settings): readonly unknown[] {
  const { addresses } = settings;
  return Array.isArray(addresses) ? addresses : [];
}

/** An address may be a mapping with options: `10.0.4.2/24: {label: a}`. */
function addressText(item: unknown): string {
  return typeof item === 'object' && item !== null ? (Object.keys(item)[0] ?? '') : String(item);
}

function isIpv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text.replace(/\/.*/, ''));
}

function isOn(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(y|yes|on|true)$/i.test(value));
}
