import type { Script } from '../../host/host.ts';
import { type LockClaim, parseClaim } from './lock-claim.ts';

export type LockVerb = 'take' | 'beat' | 'release';

/**
 * Takes, renews or releases the lock on a node in one critical section of that node: of two that come at once, one gets it.
 * The folder itself is what the critical section locks: no file of it stays behind. The claim comes on standard input. The file holds
 * the claim, and on a second line the node's boot id and uptime in seconds at the last heartbeat: the age of a heartbeat is measured by
 * that one clock, which no one sets.
 * A run of the node itself under the root / keeps its lock in the same file and knows no such section. So the file is placed by `ln`
 * where there is none, and a holder is replaced by the one that placed the file that comes after it (succession.ts).
 * Only flock and what touches the file are processes of their own: a heartbeat is cheap on a busy node.
 * Prints `yours`, or `held SECONDS` and the holder's claim. Arguments: verb, path, run, token of a holder that may be replaced.
 */
const text = `verb=$1 path=$2 run=$3 replaced=$4
folder=\${path%/*}
[ -d "$folder" ] || mkdir -p -- "$folder" || exit 1
exec 9<"$folder" || exit 1
flock -w 60 9 || { echo "flock: $folder is held by another process" >&2; exit 1; }
umask 022
IFS= read -r claim
there= place=$path held=
{ IFS= read -r held; there=yes; } 2>/dev/null <"$path"
field() { [[ $held =~ .*\\"$1\\":\\"([^\\"]*)\\" ]] && REPLY=\${BASH_REMATCH[1]} || REPLY=; }
read -r boot </proc/sys/kernel/random/boot_id
read -r now _ </proc/uptime
now=\${now%.*}
tell() {
  held= then_boot= then_up=
  { IFS= read -r held; read -r then_boot then_up; } <"$1"
  [[ $then_up =~ ^[0-9]+$ ]] || then_up=$now
  case $then_boot in "$boot") age=$((now - then_up)) ;; '') age=0 ;; *) age=$now ;; esac
  printf 'held %s\\n%s\\n' "$age" "$held"
  exit 0
}
field token
while [ -n "$REPLY" ] && [ -e "$path.after.$REPLY" ]; do
  place=$path.after.$REPLY
  IFS= read -r held <"$place"
  field token
done
token=$REPLY
field run
mine=
{ [ -z "$REPLY" ] || [ "$REPLY" = "$run" ]; } && mine=yes
if [ "$verb" = release ]; then
  [ -n "$mine" ] || tell "$place"
  rm -f -- "$path" "$path.new" "$path".after.*
  echo yours
  exit 0
fi
printf '%s\\n%s %s\\n' "$claim" "$boot" "$now" >"$path.new" || exit 1
trap 'rm -f -- "$path.new"' EXIT
if [ -z "$there" ]; then
  ln -- "$path.new" "$path" 2>/dev/null || tell "$path"
elif [ -z "$mine" ]; then
  [ "$verb" = take ] && [ -n "$replaced" ] && [ "$token" = "$replaced" ] || tell "$place"
  after=$path.after.$replaced
  ln -- "$path.new" "$after" 2>/dev/null || tell "$after"
  mv -f -- "$path.new" "$path" || exit 1
  trap - EXIT
else
  mv -f -- "$path.new" "$path" || exit 1
  trap - EXIT
fi
echo yours
`;

export function nodeLockScript(verb: LockVerb, path: string, run: string, replaced = ''): Script {
  return { name: 'node-lock', text, arguments: [verb, path, run, replaced] };
}

/** What the script says of a lock that someone else holds; undefined where it is ours now, or free again. */
export function parseHolder(stdout: string): { readonly claim: LockClaim; readonly silentMs: number } | undefined {
  const [first = '', second = ''] = stdout.split('\n');
  const age = /^held (\d+)$/.exec(first)?.[1];
  const claim = parseClaim(second);
  return age === undefined || claim === undefined ? undefined : { claim, silentMs: Number(age) * 1000 };
}
