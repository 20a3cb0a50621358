import * as z from 'zod';
import type { ReadOnlyHost, Script } from '../host/host.ts';
import { microk8sProgram } from '../microk8s/microk8s.ts';
import type { ChartLogin, ChartPlace, ReleasePlace } from './helm.ts';
import { type Manifest, parseManifests } from './manifests.ts';
import { parsedYaml } from './parsed-yaml.ts';

/**
 * Renders a chart on a manager without changing anything: Helm fetches it, checks the values against its schema and fills in its
 * templates, in a folder in memory that is removed at the end. Arguments: release, namespace, version of Kubernetes, chart, version,
 * repository, host, user, and, where the cluster is not on this node, its kubeconfig and a folder of our own; an empty one stands for none. Standard input, each line base64: the values, the secret of the user, then
 * path and content of each file of a local chart.
 */
const text = `set -u
umask 077
release=$1 namespace=$2 kubernetes=$3 chart=$4 version=$5 repository=$6 host=$7 user=$8 kubeconfig=\${9-} place=\${10-/run} own=\${11-helm}
dir=$(mktemp -d "$place/kloudspot-render.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
program() { if [ -n "$kubeconfig" ]; then "$own" --kubeconfig "$kubeconfig" "$@"; else "${microk8sProgram}" helm3 "$@"; fi; }
helm() { program "$@" --registry-config "$dir/registry.json" --repository-config "$dir/repositories.yaml" --repository-cache "$dir/cache"; }
read -r values; read -r secret
printf %s "$values" | base64 -d >"$dir/values.yaml"
while read -r path content; do
  path="$dir/chart/$(printf %s "$path" | base64 -d)"
  mkdir -p "\${path%/*}" && printf %s "$content" | base64 -d >"$path"
done
[ -d "$dir/chart" ] && chart=$dir/chart
if [ -n "$user" ]; then
  if [ -n "$repository" ]; then
    printf %s "$secret" | base64 -d | helm repo add site "$repository" --username "$user" --password-stdin >/dev/null || exit 1
    chart=site/$chart repository=
  else
    printf %s "$secret" | base64 -d | helm registry login "$host" --username "$user" --password-stdin >/dev/null 2>&1 || { echo "Error: $host refuses the login of $user" >&2; exit 1; }
  fi
fi
set -- \${repository:+--repo "$repository"} \${version:+--version "$version"}
helm show chart "$chart" "$@" 2>"$dir/said" || { cat "$dir/said" >&2; exit 1; }
echo '--- # manifest'
helm template "$release" "$chart" "$@" --namespace "$namespace" --values "$dir/values.yaml" --no-hooks --is-upgrade \${kubernetes:+--kube-version "$kubernetes"}
`;
const manifestMark = '\n--- # manifest\n';

/** A chart to render, and with what. */
export interface RenderRequest extends ReleasePlace {
  readonly chart: ChartPlace;
  readonly login?: ChartLogin | undefined;
  /** Of the user of the login. */
  readonly secret?: string | undefined;
  /** Text of values.yaml. */
  readonly values: string;
  /** Of the kubelets, such as `v1.34.1`. */
  readonly kubernetes?: string | undefined;
  /** Files of a chart that is a folder here, by their path in it. */
  readonly files?: ReadonlyMap<string, string>;
}

const chartFile = z.looseObject({
  name: z.string(),
  version: z.coerce.string(),
  annotations: z.record(z.string(), z.unknown()).default({}),
});

/** What a chart makes with these values. */
export interface RenderedChart {
  readonly name: string;
  readonly version: string;
  /** What its maker says of this version, one entry a change: the annotation `artifacthub.io/changes`. */
  readonly changes: readonly string[];
  readonly objects: readonly Manifest[];
}

/** `said`: Helm's words where it refuses chart or values. */
export async function renderChart(
  host: ReadOnlyHost,
  request: RenderRequest,
): Promise<{ readonly rendered: RenderedChart } | { readonly said: string }> {
  const { stdout, stderr, code } = await host.run(scriptFor(request), {
    sudo: true,
    stdin: inputFor(request),
    deadline: 120_000,
  });
  const [head = '', manifest] = stdout.split(manifestMark);
  if (code !== 0 || manifest === undefined)
    return { said: (stderr.trim() || stdout.trim()).split('\n').slice(-20).join('\n') };
  const read = chartFile.safeParse(parsedYaml(head));
  if (!read.success) return { said: 'the chart has no readable Chart.yaml' };
  const { name, version, annotations } = read.data;
  return { rendered: { name, version, changes: changesOf(annotations), objects: parseManifests(manifest) } };
}

function scriptFor({ release, namespace, kubernetes = '', chart, login }: RenderRequest): Script {
  const place = [chart.chart, chart.version ?? '', chart.repository ?? ''];
  return {
    name: 'render-chart',
    text,
    arguments: [release, namespace, kubernetes, ...place, login?.host ?? '', login?.user ?? ''],
  };
}

const base64 = (content: string) => Buffer.from(content).toString('base64');

function inputFor({ values, secret = '', files = new Map() }: RenderRequest): string {
  const rows = [...files].map(([path, content]) => `${base64(path)} ${base64(content)}`);
  return [base64(values), base64(secret), ...rows].map((line) => `${line}\n`).join('');
}

const changeList = z.array(z.union([z.string(), z.looseObject({ description: z.string() })]));

/** https://artifacthub.io/docs/topics/annotations/helm/: a list of texts, or of objects with a description, as text. */
function changesOf(annotations: Readonly<Record<string, unknown>>): string[] {
  const text = annotations['artifacthub.io/changes'];
  if (typeof text !== 'string') return [];
  const read = changeList.safeParse(parsedYaml(text));
  return read.success ? read.data.map((each) => (typeof each === 'string' ? each : each.description)) : [];
}
