import { basename } from 'node:path';
import { build, type Metafile, type OutputFile } from 'esbuild';
import { shared } from './options.ts';

/** A file of the bundle. */
export interface Built {
  readonly path: string;
  readonly text: string;
}

/** The starts that are felt most. The modules of a line are loaded one right after the other. */
const feltStarts = {
  status: ['source/cli/line/dispatch.ts', 'source/cli/verbs/status.ts', 'source/app/observe-site.ts'],
  rehearsal: ['source/rehearsal/rehearsal.ts'],
  init: ['source/cli/line/dispatch.ts', 'source/cli/verbs/init.ts'],
  drawing: ['source/ui/ink/widgets/frame.tsx'],
  pages: ['source/ui/ink/init.tsx'],
  attach: ['source/cli/line/dispatch.ts', 'source/cli/verbs/attach.ts'],
  run: ['source/ui/ink/run-screen.tsx'],
};

type Outputs = Metafile['outputs'];

/** Chunks that are joined, and what each of them hands out. */
type Members = ReadonlyMap<string, readonly string[]>;

/**
 * Joins the chunks that the same starts load: each file takes 0.2 ms to be found, read and linked, and a verb would load a hundred.
 * esbuild makes a chunk for each set of entries that share code and has no setting to join them.
 * None waits for itself: what lies between two chunks of the same starts is loaded by just those.
 */
export async function joined(
  files: readonly OutputFile[],
  { outputs }: Metafile,
  starts: Readonly<Record<string, readonly string[]>> = feltStarts,
): Promise<readonly Built[]> {
  const loaded = Object.values(starts).map((modules) => loadedBy(modules, outputs));
  const groups = groupsOf(files, outputs, loaded);
  const all = new Map([...groups].flatMap(([name, members]) => [...members.keys()].map((chunk) => [chunk, name])));
  const folder = files.find(({ path }) => all.has(basename(path)))?.path.replace(/[^/]*$/, '') ?? '';
  const texts = new Map(files.map(({ path, text }) => [basename(path), text]));
  const built = [...groups].map(async ([name, members]): Promise<Built> => {
    return { path: folder + name, text: await oneFile(members, texts, all) };
  });
  const rest = files.filter(({ path }) => !all.has(basename(path)));
  return [...rest.map(({ path, text }) => ({ path, text: renamed(text, all) })), ...(await Promise.all(built))];
}

/** By the name of the file that its chunks become. The chunk that makes a `require` stays apart: most need nothing of it. */
function groupsOf(
  files: readonly OutputFile[],
  outputs: Outputs,
  loaded: readonly ReadonlySet<string>[],
): ReadonlyMap<string, Members> {
  const apart = new Set(files.filter(({ text }) => /\btypeof require\b/.test(text)).map(({ path }) => basename(path)));
  const shares = Object.entries(outputs).filter(([path, { entryPoint }]) => !entryPoint && !apart.has(basename(path)));
  const bySigns = Map.groupBy(shares.toSorted(), ([path]) => loaded.map((paths) => Number(paths.has(path))).join(''));
  return new Map(
    [...bySigns]
      .filter(([signs, chunks]) => signs.includes('1') && chunks.length > 1)
      .map(([signs, chunks]) => [
        `together-${Number.parseInt(signs, 2)}.mjs`,
        new Map(chunks.map(([path, { exports }]) => [basename(path), exports])),
      ]),
  );
}

/** The files that are loaded with these modules. */
function loadedBy(modules: readonly string[], outputs: Outputs): ReadonlySet<string> {
  const found = new Set<string>();
  const load = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { kind, path: next, external } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && !external) load(next);
  };
  for (const module of modules) {
    const [path] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === module) ?? [];
    if (path === undefined) throw new Error(`${module} is not loaded by itself any more: change what starts load`);
    load(path);
  }
  return found;
}

/** Chunks as one file. What they hand out bears their name, as each begins its names with `a`. */
async function oneFile(members: Members, texts: ReadonlyMap<string, string>, all: ReadonlyMap<string, string>) {
  const others = new Map([...all].filter(([chunk]) => !members.has(chunk)));
  const entry = [...members].map(([chunk, names]) => {
    return `export{${names.map((name) => `${name} as ${apart(chunk, name)}`).join(',')}}from"./${chunk}";`;
  });
  const { outputFiles } = await build({
    ...shared,
    entryPoints: ['together'],
    plugins: [
      {
        name: 'together',
        setup(at) {
          at.onResolve({ filter: /./ }, ({ path, kind }) => {
            const inside = kind !== 'dynamic-import' && (path === 'together' || members.has(basename(path)));
            return inside ? { path: basename(path), namespace: 'together' } : { path, external: true };
          });
          at.onLoad({ filter: /./, namespace: 'together' }, ({ path }) => ({
            contents: path === 'together' ? entry.join('') : renamed(texts.get(path) ?? '', others),
          }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

/** The name under which a joined file hands out what a chunk called `name`. */
const apart = (chunk: string, name: string): string => `${chunk.replace(/\W/g, '_')}_${name}`;

const imported = /import(?:\{(?<names>[^}]*)\}from)?"(?<folder>[./]*(?:chunks\/)?)(?<chunk>[^"/]+\.mjs)"/g;

/** Imports of chunks as imports of the files that they became. */
function renamed(text: string, all: ReadonlyMap<string, string>): string {
  return text.replace(imported, (whole, ...more) => {
    const { names, folder, chunk = '' }: Record<string, string | undefined> = more.at(-1);
    const file = all.get(chunk);
    if (file === undefined) return whole;
    if (names === undefined) return `import"${folder}${file}"`;
    const pairs = names.split(',').map((pair) => pair.split(' as '));
    const taken = pairs.map(([name = '', as = name]) => `${apart(chunk, name)} as ${as}`);
    return `import{${taken.join(',')}}from"${folder}${file}"`;
  });
}
