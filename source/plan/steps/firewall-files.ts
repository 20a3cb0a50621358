import type { Script } from '../../host/host.ts';
import { nodeState, packetFilterRules } from '../../host/node-state.ts';
import { filterTable } from '../../network/packet-filter.ts';
import type { PlannedFile } from '../step.ts';

const table = filterTable.join(' ');
/** The rules that are tried. */
export const candidateFile = `${nodeState}/firewall.nft`;
/** Puts the rules of `packetFilterRules` in force again, or none. */
export const restoreScript = `${nodeState}/firewall-restore.sh`;
export const restoreTimer = 'kloudspot-firewall-restore';
export const firewallUnit = 'kloudspot-firewall.service';
const unitFile = `/etc/systemd/system/${firewallUnit}`;

const restoreText = `#!/bin/sh
# Put here by kloudspot: restores the packet filter of before.
if [ -e ${packetFilterRules} ]; then nft -f ${packetFilterRules}; else nft delete table ${table}; fi
`;

/** As nftables.service of Debian; after it, because its rules begin with an empty set of them. */
const unitText = `[Unit]
Description=Packet filter of kloudspot
Documentation=man:nft(8)
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=nftables.service
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${packetFilterRules}
ExecStop=/usr/sbin/nft delete table ${table}

[Install]
WantedBy=sysinit.target
`;

export const firewallFiles = (node: string, rules: string): PlannedFile[] => [
  { node, path: restoreScript, content: restoreText, mode: 0o700, owner: 'root:root' },
  { node, path: unitFile, content: unitText, mode: 0o644, owner: 'root:root' },
  { node, path: candidateFile, content: rules, mode: 0o600, owner: 'root:root' },
];

/** Files that `undo` removes where there was no firewall of ours before. */
export const allFirewallFiles = [packetFilterRules, candidateFile, restoreScript, unitFile] as const;

/**
 * Prints `same`, `other` or `absent`: the table in the kernel beside that of the file. Exit code 1: nft does not say. The file is loaded in a network of its own,
 * so that nftables itself writes both the same way.
 */
export const lookAtFirewall: Script = {
  name: 'firewall-state',
  text: `command -v nft >/dev/null || { echo absent; exit 0; }
live=$(nft -s list table ${table} 2>&1) || {
  case $live in *'No such file or directory'*) echo absent; exit 0 ;; esac
  printf '%s\\n' "$live" >&2
  exit 1
}
wanted=$(unshare -n -- sh -c 'nft -f "$0" && nft -s list table ${table}' ${packetFilterRules}) || { echo other; exit 0; }
if [ "$live" = "$wanted" ]; then echo same; else echo other; fi
`,
};
