import { expect } from 'vitest';
import * as z from 'zod';
import { networkFindings } from '../../source/network/findings.ts';
import { netplanDocument, netplanRefusals } from '../../source/network/netplan.ts';
import { type Definition, definitionsIn } from '../../source/network/netplan-files.ts';
import { face, facts, file, node, site } from './a-node.ts';
import type { Generate } from './generated.ts';

const old = '50-cloud-init.yaml';

const settingsSchema = z.looseObject({
  dhcp4: z.unknown().optional(),
  addresses: z.array(z.unknown()).default([]),
  routes: z
    .array(z.looseObject({ to: z.string(), via: z.string().optional(), table: z.unknown().optional() }))
    .default([]),
  nameservers: z
    .looseObject({ addresses: z.array(z.string()).default([]), search: z.array(z.string()).default([]) })
    .default({ addresses: [], search: [] }),
  match: z.looseObject({ name: z.string().optional(), macaddress: z.string().optional() }).default({}),
  'set-name': z.string().optional(),
});

/** An interface as it is on a machine whose netplan file this is, with another address that it is to get in the same subnet. */
function sceneOf(text: string, definition: Definition) {
  const settings = settingsSchema.parse(definition.settings);
  const own = settings.addresses
    .map((item) => (typeof item === 'object' && item !== null ? (Object.keys(item)[0] ?? '') : String(item)))
    .filter((item) => /^[\d.]+\/\d+$/.test(item));
  const present = own.length > 0 ? own : ['10.0.4.87/24d'];
  const [reach = '', rest = ''] = present[0]?.split('/') ?? [];
  const bytes = reach.split('.').map(Number);
  const wanted = `${[...bytes.slice(0, 3), ((bytes[3] ?? 0) % 200) + 41].join('.')}/${Number.parseInt(rest, 10)}`;
  const { match } = settings;
  const fixed = match.name !== undefined && !/[*?[]/.test(match.name) ? match.name : undefined;
  const name =
    settings['set-name'] ?? fixed ?? match.name?.replace(/\[(.).*?\]/g, '$1').replace(/[*?]/g, '0') ?? definition.id;
  const kind = { ethernets: 'ether', bonds: 'bond', bridges: 'bridge', vlans: 'vlan' }[definition.kind] ?? 'ether';
  const mac = match.macaddress === undefined ? {} : { mac: match.macaddress };
  const via = settings.routes.filter(({ to, table }) => ['default', '0.0.0.0/0'].includes(to) && table === undefined);
  const one = node({ reach, network: { mode: 'static', address: wanted, interface: name } });
  const network = {
    interfaces: [face('lo', '127.0.0.1/8'), { ...face(name, ...present), kind, ...mac }],
    routes: via.map((route) => ({ to: 'default', device: name, ...(route.via ? { via: route.via } : {}) })),
    netplan: [file(`/etc/netplan/${old}`, text)],
    nameservers: settings.nameservers.addresses,
    search: settings.nameservers.search,
  };
  const seen = facts(one.name, network, reach);
  return { one, seen, present, wanted, change: netplanDocument(site([one], { virtualAddress: undefined }), one, seen) };
}

/** Lines of a unit in order of their sections, without those that say how the address is got. */
function rest(lines: readonly string[], ...without: readonly string[]): string[] {
  const sections = lines.join('\n').split(/\n(?=\[)/);
  return sections
    .filter((section) => !section.startsWith('[DHCP'))
    .flatMap((section) => section.split('\n').filter((line) => line !== ''))
    .filter((line) => !/^DHCP=/.test(line) && !without.includes(line));
}

const changeable = ['ethernets', 'bonds', 'bridges', 'vlans'];
const addressed = ({ kind, id, settings }: Definition) =>
  changeable.includes(kind) && id !== 'lo' && (settings['dhcp4'] !== undefined || settings['addresses'] !== undefined);

/** Texts that netplan takes although few write them so. */
export const odd: Readonly<Record<string, string>> = {
  empty: '',
  'a remark alone': '# nothing here\n',
  'no section': 'network:\n',
  'a section without interfaces': 'network:\n  version: 2\n  ethernets:\n',
  'an interface without settings': 'network:\n  ethernets:\n    eth0: {}\n',
  'a second document': 'network: {version: 2, ethernets: {eth0: {dhcp4: true}}}\n---\nnetwork: {version: 2}\n',
  'an end of the document': '---\nnetwork: {version: 2, ethernets: {eth0: {dhcp4: true}}}\n...\n',
  'booleans of YAML 1.1': 'network: {version: 2, ethernets: {eth0: {dhcp4: Yes, optional: on}}}\n',
  'a number for a name': 'network: {version: 2, ethernets: {eth0: {}}, vlans: {40: {id: 40, link: eth0}}}\n',
  'an alias': 'network:\n  version: 2\n  ethernets:\n    eth0: &one {dhcp4: true}\n    eth1: *one\n',
  'a tab before a remark': 'network:\n  version: 2\t# two\n  ethernets: {eth0: {dhcp4: true}}\n',
  'a byte-order mark': '\uFEFFnetwork: {version: 2, ethernets: {eth0: {dhcp4: true}}}\n',
  'lines of Windows': 'network:\r\n  version: 2\r\n  ethernets:\r\n    eth0:\r\n      dhcp4: true\r\n',
  'a directive': '%YAML 1.1\n---\nnetwork: {version: 2, ethernets: {eth0: {dhcp4: true}}}\n',
  'a tag': 'network: !!map {version: !!int 2, ethernets: {eth0: {dhcp4: !!bool true}}}\n',
};

/** What this netplan takes is not called invalid. */
export function takenIsNotInvalid(generate: Generate, text: string): void {
  if (generate(old, text) === undefined) return;
  expect(definitionsIn(file(`/etc/netplan/${old}`, text))).toBeDefined();
  const one = node();
  const seen = facts(one.name, { netplan: [file(`/etc/netplan/${old}`, text)] });
  const findings = networkFindings(site([one]), new Map([[one.name, seen]]));
  expect(findings.filter(({ check, grade }) => check === 'netplan-files' && grade === 'fail')).toEqual([]);
}

/** No example is called invalid; of each interface only the wanted address changes, or the key is named that stands against it. */
export function exampleIsKept(generate: Generate, name: string, text: string): void {
  const before = generate(old, text);
  const definitions = definitionsIn(file(`/etc/netplan/${old}`, text));
  if (before !== undefined) expect(definitions).toBeDefined();
  for (const definition of (definitions ?? []).filter(addressed)) {
    const { one, seen, present, wanted, change } = sceneOf(text, definition);
    const [refusal] = netplanRefusals(one, seen);
    if (refusal !== undefined) {
      expect(change).toBeUndefined();
      expect(refusal).toMatch(/\/etc\/netplan\/50-cloud-init\.yaml: \S+/);
      continue;
    }
    if (before === undefined) continue;
    const after = generate('60-kloudspot.yaml', change?.content ?? '');
    const unit = `systemd/network/10-netplan-${definition.id}.network`;
    // An interface that a pattern fits gets a definition of its own, by its name.
    const made = after?.has(unit) ? unit : `systemd/network/10-netplan-${one.network?.interface}.network`;
    const ofOthers = (line: string) => made === unit || !/vf1|enp1s16f(2|\[)/.test(line);
    const others = (all: typeof before | undefined) =>
      [...(all ?? [])]
        .filter(([path]) => path !== unit && path !== made)
        .map(([path, lines]) => [path, path.startsWith('udev/') ? lines.filter(ofOthers).toSorted() : lines])
        .toSorted();
    expect([name, definition.id, others(after)]).toEqual([name, definition.id, others(before)]);
    const had = before.get(unit) ?? [];
    const has = after?.get(made) ?? [];
    const leased = present.some((address) => address.endsWith('d'));
    const gone = had.filter((line) => line.startsWith('Address=') && !has.includes(line));
    expect([name, definition.id, has]).toEqual([name, definition.id, expect.arrayContaining([`Address=${wanted}`])]);
    expect(gone.length).toBeLessThanOrEqual(present.length);
    const sameName = (line: string) => made === unit || !line.startsWith('Name=');
    expect([name, definition.id, rest(has, `Address=${wanted}`).filter(sameName).toSorted()]).toEqual([
      name,
      definition.id,
      rest(had, ...gone)
        .filter(sameName)
        .toSorted(),
    ]);
    if (!leased) expect(gone).toContain(`Address=${present[0]}`);
  }
}
