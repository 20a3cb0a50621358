/** The packets that a node takes; all others that are for the node itself are dropped. What it forwards is not looked at. */
export interface PacketFilter {
  /** Addresses and networks of the cluster: its nodes, its pods. */
  readonly cluster: readonly string[];
  /** Ports that the cluster asks. */
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  /** TCP ports that anyone asks. */
  readonly clients: readonly number[];
  /** TCP ports that administrators ask: SSH and the API server. */
  readonly administration: readonly number[];
  /** The networks of the administrators; none: anywhere. */
  readonly administrators: readonly string[];
}

/** The table of ours in nftables, whose other tables stay as they are. */
export const filterTable = ['inet', 'kloudspot'] as const;
const table = filterTable.join(' ');

/** The rules as `nft -f` reads them, in one transaction: they replace those that are there. */
export function filterText(filter: PacketFilter): string {
  const { cluster, tcp, udp, clients, administration, administrators } = filter;
  const rules = [
    'ct state established,related accept',
    'ct state invalid drop',
    'iifname "lo" accept',
    'meta l4proto { icmp, ipv6-icmp } accept',
    'udp sport 67 udp dport 68 accept comment "answers of a DHCP server"',
    ...ports('tcp', clients, '', 'clients'),
    ...ports(
      'tcp',
      administration,
      administrators.length === 0 ? '' : `ip saddr ${set(administrators)} `,
      'administrators',
    ),
    ...ports('tcp', tcp, 'ip saddr @cluster ', 'the cluster'),
    ...ports('udp', udp, 'ip saddr @cluster ', 'the cluster'),
  ];
  return `# Written by kloudspot: network.firewall of the site. Changed here, it is written again.
table ${table}
delete table ${table}
table ${table} {
  set cluster {
    type ipv4_addr
    flags interval
    auto-merge
    elements = ${set(cluster)}
  }
  chain input {
    type filter hook input priority filter; policy drop;
${rules.map((rule) => `    ${rule}\n`).join('')}  }
}
`;
}

const set = (words: readonly (string | number)[]): string => `{ ${words.join(', ')} }`;

function ports(protocol: 'tcp' | 'udp', numbers: readonly number[], from: string, who: string): string[] {
  return numbers.length === 0 ? [] : [`${from}${protocol} dport ${set(numbers)} accept comment "${who}"`];
}
