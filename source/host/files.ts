import type { Script } from './host.ts';

/** Says `absent`, or `present` and the file in base64, so that every byte of it comes through unchanged. */
export const readScript = (path: string): Script => ({ name: 'read-file', text: readText, arguments: [path] });

const readText = `
set -e
if [ ! -e "$1" ]; then echo absent; exit 0; fi
echo present
base64 -w0 -- "$1"
`;

/**
 * Puts its standard input in a file's place: temporary file in the same folder, fsync, rename, fsync of the folder.
 * A symbolic link is followed. Until it has its owner and its mode, once and for all, only root can read the file. The number of bytes is compared first: a connection that broke half-way must not leave half a file.
 * Prints what was there as \`read-file\` does. Arguments: path, bytes, mode or nothing, owner or nothing.
 */
export const writeScript = (
  path: string,
  bytes: number,
  mode: number | undefined,
  owner: string | undefined,
): Script => ({
  name: 'write-file',
  text: writeText,
  arguments: [path, String(bytes), mode === undefined ? '' : mode.toString(8), owner ?? ''],
});

const writeText = `
set -e
umask 022
path=$(readlink -m -- "$1") bytes=$2 mode=$3 owner=$4
folder=$(dirname -- "$path")
mkdir -p -- "$folder"
new=$(mktemp -- "$folder/.kloudspot-XXXXXXXX")
trap 'rm -f -- "$new"' EXIT
cat >"$new"
if [ "$(stat -c %s -- "$new")" != "$bytes" ]; then echo 'the copy is incomplete' >&2; exit 74; fi
if [ -e "$path" ]; then
  before=$(base64 -w0 -- "$path"; echo .)
  : "\${owner:=$(stat -c %u:%g -- "$path")}" "\${mode:=$(stat -c %a -- "$path")}"
else
  before=
  if [ "$(id -u)" = 0 ]; then : "\${owner:=root:root}"; fi
  : "\${mode:=644}"
fi
if [ -n "$owner" ]; then chown "$owner" -- "$new"; fi
chmod "$mode" -- "$new"
sync -- "$new"
mv -fT -- "$new" "$path"
trap - EXIT
sync -- "$folder"
if [ -n "$before" ]; then printf 'present\\n%s' "\${before%.}"; else echo absent; fi
`;

/** The text that one of the two scripts printed. Throws a `TypeError` for a file that is not UTF-8 text: it could not be restored as it was. */
export function textBefore(stdout: string): string | undefined {
  const [word, encoded = ''] = stdout.split('\n', 2);
  if (word !== 'present') return undefined;
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'));
}
