import type { Script } from '../../host/host.ts';
import { domainMarker, nodeState } from '../../host/node-state.ts';
import { microk8sFiles } from '../../microk8s/microk8s.ts';
import { readText } from '../execution/carry-out.ts';
import { failureDomain } from '../release/launch-configuration.ts';
import type { LookContext, StateCheck } from '../step.ts';

/** The file of a service's arguments, one a line. */
const fileOf = (service: string) => `${microk8sFiles.arguments}/${service}`;

/**
 * Gives the kubelet the arguments on standard input, one a line, and the datastore its failure domain. Restarts a service only
 * where something changed. Argument: number of the domain, or nothing.
 */
export const setArguments = (domain?: number): Script => ({
  name: 'set-arguments',
  text: `set -e
kubelet=${fileOf('kubelet')}
changed=
while IFS= read -r line; do
  if [ -z "$line" ] || grep -qxF -- "$line" "$kubelet"; then continue; fi
  { grep -v -- "^\${line%%=*}[= ]" "$kubelet" || true; printf '%s\\n' "$line"; } >"$kubelet.new"
  chmod --reference="$kubelet" "$kubelet.new" && chown --reference="$kubelet" "$kubelet.new" && mv -f "$kubelet.new" "$kubelet"
  changed=yes
done
[ -z "$changed" ] || snap restart microk8s.daemon-kubelite
[ -n "$1" ] || exit 0
taken="$1 $(sed -n 's/^ID: *//p' ${microk8sFiles.ownMember})"
if [ "$(cat ${domainMarker} 2>/dev/null)" = "$taken" ] && grep -qx "failure-domain=$1" ${fileOf('ha-conf')}; then exit 0; fi
echo "failure-domain=$1" >${fileOf('ha-conf')}
echo "$1" >${microk8sFiles.failureDomain}
snap restart microk8s.daemon-k8s-dqlite
mkdir -p ${nodeState}
echo "$taken" >${domainMarker}
`,
  arguments: [domain === undefined ? '' : String(domain)],
});

/** The line of the kubelet that names its address. */
export const addressArgument = (address: string): string => `--node-ip=${address}\n`;

/** The value of a kubelet's argument on a node; undefined where it is not set. */
export async function kubeletArgument(context: LookContext, node: string, name: string): Promise<string | undefined> {
  return argumentIn(await readText(context, node, fileOf('kubelet')), name);
}

/** The value of an argument in the text of a file of arguments, which MicroK8s parts by `=` or a blank. */
export function argumentIn(text: string | undefined, name: string): string | undefined {
  const line = text?.split('\n').find((each) => each.startsWith(`${name}=`) || each.startsWith(`${name} `));
  return line?.slice(name.length + 1).trim();
}

/** Text of the arguments of a service on a node; undefined where it has none. */
export const argumentsOf = (context: LookContext, node: string, service: string): Promise<string | undefined> =>
  readText(context, node, fileOf(service));

/** What a node is told of itself: its address, and the number of its failure domain. */
export interface NodeArguments {
  readonly node: string;
  readonly address: string;
  readonly domain?: number | undefined;
}

/**
 * Whether MicroK8s' files on the node say both. A join overwrites the kubelet's arguments by those of the node that it joins, and
 * makes another member of the datastore, which has not read its failure domain yet.
 */
export async function argumentsSet(context: LookContext, p: NodeArguments): Promise<StateCheck> {
  const address = await kubeletArgument(context, p.node, '--node-ip');
  if (address !== p.address) {
    const taken = address ?? 'the address of the default route';
    return { ok: false, observed: `its kubelet takes ${taken}, not ${p.address}` };
  }
  const ok = { ok: true, observed: `its address is ${p.address}` };
  return p.domain === undefined || (await domainTaken(context, p.node, p.domain)) ? ok : noDomain(p.domain);
}

const noDomain = (domain: number): StateCheck => ({
  ok: false,
  observed: `its datastore has not started with failure domain ${domain} yet`,
});

async function domainTaken(context: LookContext, node: string, domain: number): Promise<boolean> {
  const [set, member, mark] = await Promise.all(
    [fileOf('ha-conf'), microk8sFiles.ownMember, domainMarker].map((path) => readText(context, node, path)),
  );
  const id = /^ID: *(.*)$/m.exec(member ?? '')?.[1] ?? '';
  return set?.trim() === failureDomain(domain).trim() && mark?.trim() === `${domain} ${id}`.trim();
}
