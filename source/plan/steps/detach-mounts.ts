import type { Script } from '../../host/host.ts';
import { folders, keptFolder } from '../../microk8s/node.ts';

/**
 * Detaches what is mounted in the folders of MicroK8s, such as a declared volume: snapd cannot remove a folder that is a mount, and
 * leaves a snap that is switched off (snapd 2.68: `unlinkat …: device or resource busy`). Lazily, since what uses it is ended by the
 * removal itself; mounts of pods and of containerd are the business of MicroK8s' own remove hook.
 */
export const detachMounts: Script = {
  name: 'detach-mounts',
  text: `awk '$5 ~ "^${keptFolder}(/|$)" { print $5 }' /proc/self/mountinfo |
  grep -vE '^${folders.common}/(var/lib/kubelet|var/lib/containerd|run|var/run)/' | sort |
  while IFS= read -r at; do
    at=$(printf '%b' "$at")
    if mountpoint -q "$at"; then umount -l "$at" || exit 1; fi
  done
`,
};
