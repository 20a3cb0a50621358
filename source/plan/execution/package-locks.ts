import type { Script } from '../../host/host.ts';

/** Tries a command again, every 3 s for 10 minutes, while its words say that another process holds a lock. They name the holder. */
const whileLocked = (name: string, command: string, locked: string): Script => ({
  name,
  text: `export LC_ALL=C DEBIAN_FRONTEND=noninteractive
for try in $(seq 200); do
  said=$(${command} 2>&1); code=$?
  printf '%s\\n' "$said"
  case $said in *'${locked}'*) ;; *) exit $code ;; esac
  pid=\${said##*with pid }; [ "$pid" = "$said" ] || printf 'process %s is %s\\n' "\${pid%%[!0-9]*}" "$(ps -o args= -p "\${pid%%[!0-9]*}")"
  sleep \${1:-3}
done
exit $code
`,
});

/**
 * `apt-get` waits for dpkg's lock with DPkg::Lock::Timeout, never for the lock of the package lists, which apt-daily holds
 * after a boot: apt 2.6 fails at once, with the holder's name.
 */
export const updateLists = whileLocked(
  'update-package-lists',
  'apt-get -o DPkg::Lock::Timeout=300 update',
  'Could not get lock',
);

/** Completes an interrupted package change. dpkg 1.21 waits for no lock: it ends with 2 and names the holder by its number. */
export const completeDpkg = whileLocked(
  'complete-dpkg',
  'dpkg --configure -a --force-confdef --force-confold',
  ' locked by another process',
);
