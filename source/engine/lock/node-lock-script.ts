import type { Script } from '../../host/host.ts';
import { type LockClaim, parseClaim } from './lock-claim.ts';

export type LockVerb = 'take' | 'beat' | 'release';

/**
 * Takes, renews or releases the lock on a node in one critical section of that node: of two that come at once, one gets it.
 * The folder itself is what the critical section locks: no file stays behind. The claim comes on standard input. The file holds the claim, and on a second line the node's boot id and uptime in seconds at
 * the last heartbeat: the age of a heartbeat is measured by that one clock, which no one sets.
 * Prints `yours`, or `held SECONDS` and the holder's claim. Arguments: verb, path, run, token of a holder that may be replaced.
 */
const text = `verb=$1 path=$2 run=$3 replaced=$4
mkdir -p -- "\${path%/*}" && exec 9<"\${path%/*}" || exit 1
flock -w 60 9 || { echo "flock: \${path%/*} is held by another process" >&2; exit 1; }
claim=$(cat)
held=$(head -n 1 "$path" 2>/dev/null)
field() { printf '%s' "$held" | sed -n 's/.*"'"$1"'":"\\([^"]*\\)".*/\\1/p'; }
boot=$(cat /proc/sys/kernel/random/boot_id) now=$(cut -d. -f1 /proc/uptime)
mine=
{ [ -z "$(field run)" ] || [ "$(field run)" = "$run" ]; } && mine=yes
[ "$verb" = take ] && [ -n "$replaced" ] && [ "$(field token)" = "$replaced" ] && mine=yes
if [ -z "$mine" ]; then
  read -r then_boot then_up <<<"$(sed -n 2p "$path")"
  case $then_boot in "$boot") age=$((now - then_up)) ;; '') age=0 ;; *) age=$now ;; esac
  printf 'held %s\\n%s\\n' "$age" "$held"
elif [ "$verb" = release ]; then
  rm -f -- "$path" "$path.new"
  echo yours
else
  printf '%s\\n%s %s\\n' "$claim" "$boot" "$now" >"$path.new" && chmod 644 "$path.new" && mv -f -- "$path.new" "$path" && echo yours
fi
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
