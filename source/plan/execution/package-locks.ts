import type { Script } from '../../host/host.ts';

/**
 * Bash: `when_unlocked COMMAND…` runs it again, every 3 s for 10 minutes, while it fails because another process holds a lock. Its
 * words name the holder: apt by its name, dpkg by its number.
 */
export const lockFunctions = `export LC_ALL=C DEBIAN_FRONTEND=noninteractive
said=$(mktemp)
trap 'rm -f "$said"' EXIT
when_unlocked() {
  local try code pid
  for try in $(seq 200); do
    "$@" 2>&1 | tee "$said"; code=\${PIPESTATUS[0]}
    [ "$code" -ne 0 ] && grep -qE 'Could not get lock|locked by another process' "$said" || return "$code"
    pid=$(sed -n 's/.* with pid \\([0-9]*\\).*/\\1/p' "$said" | head -n 1)
    [ -z "$pid" ] || printf 'process %s is %s\\n' "$pid" "$(ps -o args= -p "$pid")"
    sleep 3
  done
  return "$code"
}
`;

/**
 * `apt-get` waits for dpkg's lock with DPkg::Lock::Timeout, never for those of the package lists and of the downloaded packages,
 * which apt-daily and unattended-upgrades hold after a boot: apt 2.6 fails at once. dpkg 1.21 waits for no lock at all.
 */
export const whenUnlocked = (...words: readonly string[]): Script => ({
  name: 'when-unlocked',
  text: `${lockFunctions}when_unlocked "$@"\n`,
  arguments: words,
});

export const updateLists = whenUnlocked('apt-get', '-o', 'DPkg::Lock::Timeout=300', 'update');

/** Completes an interrupted package change. */
export const completeDpkg = whenUnlocked('dpkg', '--configure', '-a', '--force-confdef', '--force-confold');
