import type { Script } from '../../host/host.ts';
import { microk8sFiles, services } from '../../microk8s/node.ts';

/** The arguments of the API server on a manager, one a line. */
export const apiArgumentsFile = `${microk8sFiles.arguments}/kube-apiserver`;
const unit = `snap.microk8s.daemon-${services.find(({ name }) => name === 'kubelite')?.name}`;

/** Gives the API server the arguments on standard input, one a line as `--name=value`, takes those away that are `--name` alone, and restarts it. */
export const setApiArguments: Script = {
  name: 'set-api-arguments',
  text: `set -e
file=${apiArgumentsFile}
while IFS= read -r line; do
  name=\${line%%=*}
  if [ -z "$line" ] || grep -qxF -- "$line" "$file"; then continue; fi
  { grep -v -- "^$name[= ]" "$file" || true; [ "$name" = "$line" ] || printf '%s\\n' "$line"; } >"$file.new"
  chmod --reference="$file" "$file.new" && chown --reference="$file" "$file.new" && mv -f "$file.new" "$file"
done
snap restart microk8s.daemon-kubelite
`,
};

/** Prints `since yes` where the API server has started after its arguments were written, `since no` where it has not. */
export const startedSince: Script = {
  name: 'api-server-since',
  text: `written=$(stat -c %Y ${apiArgumentsFile}) || exit 0
started=$(systemctl show -p ActiveEnterTimestamp ${unit} | cut -d= -f2-)
if [ -n "$started" ] && [ "$(date -d "$started" +%s)" -ge "$written" ]; then echo 'since yes'; else echo 'since no'; fi
`,
};
