import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';

/** A folder of `source/` (or a file beside them), what it holds, and the folders that it may import. */
interface Layer {
  readonly holds: string;
  /** `below`: every folder further down this table. */
  readonly uses: 'below' | readonly string[];
  /** Folders that may be loaded lazily (`import()`) besides. */
  readonly loads?: readonly string[];
  /** Touches neither files, processes and network nor the clock of the machine it runs on: what it needs of them is handed in. */
  readonly pure?: true;
}

/** The structure, top to bottom: the only list of what may import what. `npm run docs` prints it into CONTRIBUTING.md. */
export const layers: Readonly<Record<string, Layer>> = {
  'cli.ts': {
    holds: 'the entry: help and version at once, the rest when a verb is called',
    uses: ['cli', 'errors', 'version.ts'],
  },
  cli: { holds: 'verbs, one thin file each; arguments, line prompts, text tables', uses: 'below' },
  ui: {
    holds: '`model/` what every face shows, `ink/` pages, `plain/` lines, `json/`',
    uses: [
      'app',
      'wizard',
      'engine',
      'status',
      'plan',
      'check',
      'storage',
      'network',
      'facts',
      'product',
      'site',
      'host',
      'text',
      'errors',
    ],
  },
  app: {
    holds: 'the use cases: open a site, connect, gather, check, plan, write, launch, steer, follow; knows no terminal',
    uses: [
      'wizard',
      'engine',
      'report',
      'status',
      'plan',
      'check',
      'storage',
      'network',
      'workstation',
      'tls',
      'facts',
      'product',
      'operator',
      'bundle',
      'site',
      'kubernetes',
      'microk8s',
      'host',
      'text',
      'errors',
      'version.ts',
    ],
    loads: ['rehearsal'],
  },
  rehearsal: {
    holds: 'simulated nodes behind the Host contract; opened by `app/` only',
    uses: ['network', 'facts', 'product', 'site', 'bundle', 'kubernetes', 'microk8s', 'host', 'text', 'errors'],
  },
  wizard: {
    holds: 'pages and fields as data; no React',
    pure: true,
    uses: ['check', 'storage', 'network', 'tls', 'facts', 'product', 'site', 'microk8s', 'host', 'text', 'errors'],
  },
  engine: {
    holds: 'carries out a plan: `journal`, `lock`, `execution`, `worker`; `view` reads the journal',
    uses: ['plan', 'product', 'site', 'host', 'text', 'errors'],
  },
  plan: {
    holds: 'the step contract, the steps, the stages that order them, the plan on disk',
    pure: true,
    uses: [
      'storage',
      'network',
      'workstation',
      'facts',
      'product',
      'site',
      'bundle',
      'kubernetes',
      'microk8s',
      'host',
      'text',
      'errors',
    ],
  },
  check: {
    holds: 'the checks, one file a subject; what runs and grades them',
    pure: true,
    uses: ['storage', 'network', 'tls', 'facts', 'product', 'site', 'bundle', 'microk8s', 'text', 'errors'],
  },
  report: {
    holds: 'the as-built document of a site: HTML and its picture',
    pure: true,
    uses: ['status', 'storage', 'facts', 'product', 'site'],
  },
  status: {
    holds: 'what a cluster is asked, and the verdict',
    pure: true,
    uses: ['storage', 'product', 'site', 'kubernetes', 'microk8s', 'host', 'text', 'errors'],
  },
  storage: {
    holds: 'volumes from features, what fits where; `engines/` what each engine of shared volumes holds and is asked',
    pure: true,
    uses: ['facts', 'product', 'site', 'kubernetes', 'microk8s', 'host', 'text', 'errors'],
  },
  network: {
    holds: 'netplan documents, hosts files, addresses, ranges of the cluster',
    pure: true,
    uses: ['facts', 'site', 'microk8s', 'host', 'text', 'errors'],
  },
  workstation: {
    holds:
      'what the machine that kloudspot runs on keeps for a site: backups, bundles, the TLS pair, the unit that continues a run',
    uses: ['tls', 'site', 'bundle', 'host', 'text', 'errors'],
  },
  tls: { holds: 'key and certificate pairs', pure: true, uses: ['site', 'text', 'errors'] },
  facts: {
    holds: 'the probe: one table of sections, their parsers, the Facts types',
    pure: true,
    uses: ['microk8s', 'host', 'text', 'errors'],
  },
  product: { holds: 'product schema and loader', uses: ['site', 'microk8s', 'host', 'text', 'errors'] },
  operator: { holds: 'what is remembered about the operator', uses: ['site', 'host', 'text', 'errors'] },
  site: {
    holds: 'site schema, load and save that keep comments, drafts',
    uses: ['microk8s', 'host', 'text', 'errors'],
  },
  bundle: {
    holds: 'the file for sites without internet: its manifest, and the stores that its parts come from',
    pure: true,
    uses: ['kubernetes', 'host', 'text', 'errors'],
  },
  kubernetes: { holds: 'kubectl, Helm, objects, workloads', pure: true, uses: ['microk8s', 'host', 'text', 'errors'] },
  microk8s: {
    holds: 'MicroK8s and snap: argument lists, parsers; versions, addons, ports, messages as data',
    pure: true,
    uses: ['host', 'text', 'errors'],
  },
  host: { holds: 'the Host contract; `local` and `ssh`', uses: ['text', 'errors'] },
  text: { holds: 'widths, durations, plurals, versions; values without gaps', pure: true, uses: [] },
  errors: { holds: "faults in an operator's words, exit codes", pure: true, uses: ['text'] },
  'version.ts': { holds: 'the version', uses: [] },
};

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly lazy: boolean;
}

/** Every relative import below a folder, as paths from that folder. */
export function importsOf(source: string): Import[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  return files.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/(from|import|import\()\s*'(\.[^']+)'/g)].map(
      ([, how, to = '']) => ({
        from: file,
        to: relative(source, normalize(join(source, dirname(file), to))),
        lazy: how === 'import(',
      }),
    ),
  );
}

const top = (path: string): string => path.split(sep)[0] ?? '';

/** Imports that the table does not allow, as sentences. */
export function forbidden(imports: readonly Import[]): string[] {
  const names = Object.keys(layers);
  return imports.flatMap(({ from, to, lazy }) => {
    const [user, used] = [top(from), top(to)];
    if (user === used) return [];
    const layer = layers[user];
    if (layer === undefined) return [`${user} is missing from the table of layers`];
    const allowed =
      layer.uses === 'below' ? names.slice(names.indexOf(user) + 1).filter((name) => name !== 'rehearsal') : layer.uses;
    return allowed.includes(used) || (lazy && layer.loads?.includes(used)) ? [] : [`${from} may not import ${to}`];
  });
}

/** Folders that import each other in a circle. A folder and one inside it do not count. */
export function knots(imports: readonly Import[]): string[] {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [user, used] = [dirname(from), dirname(to)];
    if (user === used || used.startsWith(user + sep) || user.startsWith(used + sep)) continue;
    edges.set(user, (edges.get(user) ?? new Set()).add(used));
  }
  return [...edges.keys()].filter((folder) => reachable(edges, folder).has(folder)).sort();
}

function reachable(edges: ReadonlyMap<string, ReadonlySet<string>>, start: string): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const fresh = [...(edges.get(at) ?? [])].filter((next) => !seen.has(next));
    for (const next of fresh) seen.add(next);
    open.push(...fresh);
  }
  return seen;
}

/** What reaches out of the process, or reads its clock or environment. */
const effects = [
  /from 'node:(fs|fs\/promises|child_process|net|os|dns|http|https|tls|process|worker_threads)'/,
  /(?<![.\w])process\./,
  /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/,
];

/** Reads the tables beside it when the program runs from its source; the build puts them in. */
const builtIn = join('microk8s', 'data', 'raw.ts');

/** Lines of a file of a pure folder that have an effect, as sentences. */
export function impure(file: string, text: string): string[] {
  if (!layers[top(file)]?.pure || file === builtIn) return [];
  return text.split('\n').flatMap((line) => (effects.some((one) => one.test(line)) ? [`${file}: ${line.trim()}`] : []));
}

/** The same of every file below a folder. */
export function impurities(source: string): string[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  return files.flatMap((file) => impure(file, readFileSync(join(source, file), 'utf8')));
}
