import * as z from 'zod';
import { nodeState } from '../../host/node-state.ts';
import { defined } from '../../text/defined.ts';
import type { PlannedFile } from '../step.ts';

export const parameters = z.object({
  node: z.string(),
  /** The netplan file that is ours, and its text. */
  path: z.string(),
  content: z.string(),
  /** Files that would add to ours: netplan merges lists. */
  aside: z.array(z.string()),
  /** cloud-init is there and would write its own file again. */
  cloudInit: z.boolean(),
  /** IPv4 literal that the node is to answer on. */
  address: z.string(),
  /** Name of a folder for what was there before; another one for every document. */
  keep: z.string(),
  /** Another node that must reach the new address too; set where the workstation changes its own. */
  witness: z.string().optional(),
  sshPort: z.number().int(),
  /** The files are written now and count from the next boot on: the new network is not here. */
  atNextBoot: z.boolean().optional(),
});
export type Parameters = z.output<typeof parameters>;

export const cloudInitFile = '/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg';
export const cloudInitText = 'network: {config: disabled}\n';
export const restoreScript = `${nodeState}/network-restore.sh`;
export const restoreTimer = 'kloudspot-network-restore';
export const applyUnit = 'kloudspot-network-apply';
export const backUnit = 'kloudspot-network-back';
export const undoUnit = 'kloudspot-network-undo';
/** A timer does not outlive a power cut: this unit restores at the boot after one. */
export const bootUnit = 'kloudspot-network-boot';
export const bootUnitFile = `/etc/systemd/system/${bootUnit}.service`;
const bootUnitText = `# Put here by kloudspot: enabled while a change of this node's addresses is not confirmed.
[Unit]
Description=Restore the addresses that this node had before kloudspot changed them
After=systemd-networkd.service NetworkManager.service

[Service]
Type=oneshot
ExecStart=${restoreScript}

[Install]
WantedBy=multi-user.target
`;
/** While one of them is at work the connection may still break. */
export const restoring = [restoreTimer, backUnit, undoUnit, bootUnit];
/** The node takes everything back by itself after this time, unless the workstation has reached it on its new address. */
export const restoreAfterSeconds = 90;
export const kept = (keep: string) => `${nodeState}/netplan-before/${keep}`;
export const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Files of others; ours is written over. */
export const othersOf = ({ aside, path }: Parameters): string[] => aside.filter((one) => one !== path);

/** A file, because systemd 252 breaks `sh -c "a; b"` as a unit's command. */
export function restoreText({ path, keep, cloudInit }: Parameters): string {
  return `#!/bin/sh
# Put here by kloudspot: takes the change of this node's addresses back.
rm -f ${path}${cloudInit ? ` ${cloudInitFile}` : ''}
for file in ${kept(keep)}/*; do
  [ -e "$file" ] && mv -f "$file" /etc/netplan/
done
systemctl disable ${bootUnit}.service
rm -f ${bootUnitFile}
netplan apply
`;
}

/** What takes the change back is written first. `before`: our file as it is now. */
export function files(p: Parameters, before: string | undefined): PlannedFile[] {
  return [
    { node: p.node, path: restoreScript, content: restoreText(p), mode: 0o700 },
    ...(p.atNextBoot ? [] : [{ node: p.node, path: bootUnitFile, content: bootUnitText, mode: 0o644 }]),
    ...(p.cloudInit ? [{ node: p.node, path: cloudInitFile, content: cloudInitText, mode: 0o644 }] : []),
    { node: p.node, path: p.path, content: p.content, mode: 0o600, ...defined({ before }) },
  ];
}

export const isRestoring = (path: string) => path === restoreScript || path === bootUnitFile;
