import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Fetched, Stores } from '../../bundle/stores.ts';
import { codeNames } from '../../bundle/ubuntu.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import type { Host, Script } from '../../host/host.ts';
import { parseManifests } from '../../kubernetes/manifests.ts';
import { parseJson } from '../../microk8s/microk8s.ts';
import { snap as snapWords } from '../../microk8s/snap.ts';
import { defined } from '../../text/defined.ts';

/** ms for one file: a registry may be slow, an image large. */
const fetchLimit = 45 * 60_000;

/** What else the programs are called with. */
export interface StoreAccess {
  /** As Debian calls it. */
  readonly architecture: string;
  /** Version of Kubernetes that charts are rendered for, such as `1.34.0`: Helm's own may be another. */
  readonly kubernetes: string;
  /** File with the login of the site's registry, as Docker keeps it; Helm and skopeo read it. */
  readonly logins?: string | undefined;
}

/** The real stores, through the programs of this machine: snap, apt-get, skopeo and helm. */
export function realStores(here: Host, access: StoreAccess): Stores {
  const run: Run = (program, command) => runProgram(here, program, command);
  return {
    snap: (name, channel, folder) => downloadSnap(run, name, channel, folder),
    packages: (release, names, folder) => packages(run, release, names, folder, access),
    image: (reference, file) => copyImage(run, reference, file, access),
    chart: (place, folder) => pullChart(run, place, folder, access),
    render: async (chart, { release, namespace, values }) => {
      const encoded = Buffer.from(values).toString('base64');
      const script = {
        name: 'render-here',
        text: renderText,
        arguments: [release, namespace, chart, encoded, access.kubernetes],
      };
      return parseManifests(await run('helm', script));
    },
  };
}

async function downloadSnap(run: Run, name: string, channel: string, folder: string): ReturnType<Stores['snap']> {
  await run('snap', snapWords.download(name, channel, folder));
  const snap = join(folder, `${name}.snap`);
  const assertion = join(folder, `${name}.assert`);
  const said = await run('snap', ['snap', 'info', '--verbose', snap]);
  const revision = /^snap-revision: (\d+)$/m.exec(await readFile(assertion, 'utf8'))?.[1];
  // Of a file it says notes behind the version: `v1.34.1 classic`.
  const own = field(said, 'version')?.split(' ')[0];
  const version = [own, revision && `(${revision})`].filter(Boolean).join(' ') || undefined;
  return {
    snap: { file: snap, name, version, licence: field(said, 'license') },
    assertion: { file: assertion, name, version },
  };
}

async function copyImage(
  run: Run,
  reference: string,
  file: string,
  { architecture, logins }: StoreAccess,
): Promise<Fetched> {
  await rm(file, { force: true });
  const login = logins === undefined ? [] : ['--authfile', logins];
  const platform = ['--override-os', 'linux', '--override-arch', architecture];
  const archive = `docker-archive:${file}`;
  const copy = ['copy', '--quiet', ...platform, ...login, `docker://${reference}`, `${archive}:${reference}`];
  await run('skopeo', ['skopeo', ...copy]);
  const said = await run('skopeo', ['skopeo', 'inspect', '--config', ...platform, archive]);
  const version = reference.slice(reference.lastIndexOf(':') + 1);
  return { file, name: reference, version, licence: labelled(said) };
}

type Run = (program: string, command: readonly string[] | Script) => Promise<string>;

const renderText = `set -e
printf %s "$4" | base64 -d | helm template "$1" "$3" --namespace "$2" --kube-version "$5" --include-crds --values -
`;

/** Where each program comes from. */
const packagesOf: Readonly<Record<string, string>> = {
  snap: 'sudo apt-get install snapd',
  'apt-get': 'Make the bundle on a machine with Debian or Ubuntu',
  skopeo: 'sudo apt-get install skopeo',
  helm: 'https://helm.sh/docs/intro/install',
};

async function runProgram(here: Host, program: string, command: readonly string[] | Script): Promise<string> {
  const { code, stdout, stderr } = await here.run(command, { deadline: fetchLimit });
  if (code === 0) return stdout;
  const missing = code === 127;
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-4).join('\n');
  throw new Fault({
    what: missing ? `${program} is not installed on this machine.` : `${program} could not fetch a part of the bundle.`,
    where: 'text' in command ? command.name : command.join(' '),
    ...(missing ? {} : { why: said || `exit code ${code}` }),
    next: missing ? [packagesOf[program] ?? program] : ['Run the same command again: what was fetched is kept.'],
    exitCode: exitCode.stepFailed,
  });
}

const field = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}:\\s+(\\S.*?)\\s*$`, 'm').exec(text)?.[1]?.replace(/^unset$/, '') || undefined;

const imageConfig = z.object({ config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }) });

/** https://specs.opencontainers.org/image-spec/annotations: the licences of what is in the image, where its maker states them. */
function labelled(text: string): string | undefined {
  const read = imageConfig.safeParse(parseJson(text));
  return read.success ? read.data.config.Labels?.['org.opencontainers.image.licenses'] : undefined;
}

async function pullChart(
  run: Run,
  { chart, repository, version }: Parameters<Stores['chart']>[0],
  folder: string,
  { logins }: StoreAccess,
): Promise<Fetched> {
  // A folder of its own: what an interrupted pull left would not be told from what this one writes.
  const fresh = await mkdtemp(join(folder, 'pull-'));
  const words = [chart, ...(repository ? ['--repo', repository] : []), ...(version ? ['--version', version] : [])];
  const login = logins === undefined ? [] : ['--registry-config', logins];
  await run('helm', ['helm', 'pull', ...words, ...login, '--destination', fresh]);
  const file = (await readdir(fresh)).find((name) => name.endsWith('.tgz'));
  if (file === undefined) throw new Error(`helm pull ${chart} wrote no archive into ${fresh}`);
  await rename(join(fresh, file), join(folder, file));
  await rm(fresh, { recursive: true });
  const said = await run('helm', ['helm', 'show', 'chart', join(folder, file)]);
  return {
    file: join(folder, file),
    name: field(said, 'name') ?? chart,
    version: field(said, 'version') ?? version,
    licence: field(said, '  artifacthub.io/license'),
  };
}

/**
 * Fetches packages and all they depend on into a folder, for a release that need not be that of this machine: apt gets folders of its
 * own, in which nothing is installed. apt checks the signatures of the archive. Arguments: folder, code name, architecture, packages.
 */
const packagesText = `set -e
export LC_ALL=C
folder=$1 release=$2 arch=$3; shift 3
root=$(mktemp -d); trap 'rm -rf "$root"' EXIT
mkdir -p "$root/lists/partial" "$root/cache/archives/partial" "$folder/partial"
: >"$root/status"
mirror=http://archive.ubuntu.com/ubuntu
[ "$arch" = amd64 ] || mirror=http://ports.ubuntu.com/ubuntu-ports
for suite in "$release" "$release-updates" "$release-security"; do
  echo "deb [arch=$arch signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg] $mirror $suite main universe"
done >"$root/sources.list"
own() { apt-get -q -o Dir::Etc::SourceList="$root/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$root/lists" \\
  -o Dir::State::Status="$root/status" -o Dir::Cache="$root/cache" -o Dir::Cache::Archives="$folder" \\
  -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o Debug::NoLocking=1 -o APT::Sandbox::User=root "$@"; }
own -o APT::Update::Error-Mode=any update >&2
own -y --download-only --no-install-recommends install "$@" >&2
rm -rf "$folder/partial" "$folder/lock"
for file in "$folder"/*.deb; do dpkg-deb -W --showformat='\${Package} \${Version}' "$file"; echo " $file"; done
`;

async function packages(
  run: Run,
  release: string,
  names: readonly string[],
  folder: string,
  { architecture }: StoreAccess,
): Promise<Fetched[]> {
  await rm(folder, { recursive: true, force: true });
  const said = await run('apt-get', {
    name: 'fetch-packages',
    text: packagesText,
    arguments: [folder, codeNames[release] ?? release, architecture, ...names],
  });
  return said.split('\n').flatMap((line) => {
    const [, name, version, file] = /^(\S+) (\S+) (\/.+)$/.exec(line) ?? [];
    return name && file ? [{ file, name, ...defined({ version }) }] : [];
  });
}
