import type { Script } from '../../host/host.ts';
import { nodeState } from '../../host/node-state.ts';
import { folders, microk8sProgram } from '../../microk8s/node.ts';

/** Where managers keep backups, each in a folder of its name; readable by root alone. */
export const backupFolder = `${nodeState}/backups`;

/** What a backup holds beside its sums, in the order in which it is copied. */
export const backupFiles = [
  'datastore.tar.gz',
  'site.yaml',
  'values.yaml',
  'release.json',
  'volumes.json',
  'certificates.tar.gz',
] as const;
/** Written last: a backup without it, or that differs from it, is damaged. */
export const sumsFile = 'SHA256SUMS';

/** So many complete backups stay on each manager and on this machine, and as many damaged ones. */
export const backupsKept = 10;

/**
 * Adds to the datastore's backup what belongs to it: the releases, the map of volumes and claims, the authorities and
 * keys that the cluster rests on.
 */
export const collectBackup = (folder: string): Script => ({
  name: 'backup-collect',
  text: `set -eu
umask 077
cd "$1"
${microk8sProgram} helm3 list -A -a -o json >release.json
${microk8sProgram} kubectl get persistentvolumes,persistentvolumeclaims -A -o json >volumes.json
names=$(cd ${folders.data}/certs && ls ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key serviceaccount.key 2>/dev/null || true)
tar -C ${folders.data}/certs -czf certificates.tar.gz $names
sha256sum ${backupFiles.join(' ')} >${sumsFile}
`,
  arguments: [folder],
});

/** Prints `NAME whole|damaged BYTES` for each backup of a folder, the oldest first. */
export const listBackups = (folder: string = backupFolder): Script => ({
  name: 'backup-list',
  text: `cd "$1" 2>/dev/null || exit 0
for name in *; do
  [ -d "$name" ] || continue
  if (cd "$name" && sha256sum --quiet --strict -c ${sumsFile} >/dev/null 2>&1); then state=whole; else state=damaged; fi
  echo "$name $state $(du -sb "$name" | cut -f1)"
done
`,
  arguments: [folder],
});

/** Prints a file as base64. */
export const readBackup = (folder: string, file: string): Script => ({
  name: 'backup-read',
  text: 'exec base64 "$1/$2"\n',
  arguments: [folder, file],
});

/** Writes a file that comes as base64 on standard input. */
export const writeBackup = (folder: string, file: string): Script => ({
  name: 'backup-write',
  text: `set -eu
umask 077
mkdir -p "$1"
base64 -d >"$1/$2.part"
mv -f "$1/$2.part" "$1/$2"
`,
  arguments: [folder, file],
});

/**
 * Removes all but the newest so many complete ones, and as many damaged ones, which never push out a complete one. Their names begin
 * with their time. `made`: it has just been made and stays, whatever the clock said.
 */
export const pruneBackups = (keep: number, made: string, folder: string = backupFolder): Script => ({
  name: 'backup-prune',
  text: `cd "$1" 2>/dev/null || exit 0
whole=1 damaged=0
ls -1 | sort -r | while IFS= read -r name; do
  [ -d "$name" ] && [ "$name" != "$3" ] || continue
  if (cd -- "$name" && sha256sum --quiet --strict -c ${sumsFile} >/dev/null 2>&1); then
    whole=$((whole + 1)) count=$whole
  else
    damaged=$((damaged + 1)) count=$damaged
  fi
  [ "$count" -le "$2" ] || rm -rf -- "$name"
done
`,
  arguments: [folder, String(keep), made],
});

/** A backup in a folder. */
export interface ListedBackup {
  readonly id: string;
  readonly whole: boolean;
  readonly bytes: number;
}

/** Of the output of `listBackups`. */
export function parseBackups(stdout: string): ListedBackup[] {
  return stdout.split('\n').flatMap((line) => {
    const [, id, state, bytes] = /^(\S+) (whole|damaged) (\d+)$/.exec(line.trim()) ?? [];
    return id === undefined ? [] : [{ id, whole: state === 'whole', bytes: Number(bytes) }];
  });
}
