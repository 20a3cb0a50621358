import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BundleManifest, manifestName, type Part } from '../../bundle/manifest.ts';
import { imagesOf } from '../../bundle/references.ts';
import type { Fetched, Stores } from '../../bundle/stores.ts';
import { Fault } from '../../errors/fault.ts';
import { makeFolder } from '../../host/make-folder.ts';
import { openFile } from '../../host/read-text.ts';
import { whyUnread } from '../../host/unread.ts';
import type { WantedChart } from '../../plan/stages/charts.ts';
import type { Product } from '../../product/schema.ts';
import type { Site } from '../../site/schema.ts';
import { defined } from '../../text/defined.ts';
import { version } from '../../version.ts';
import { writeArchive } from '../../workstation/bundle/archive.ts';
import { Collection } from './collection.ts';
import { wantedOf } from './wanted.ts';

export interface BundleWish {
  readonly site: Site;
  readonly product: Product;
  /** Absolute path of the bundle. */
  readonly output: string;
  /** Releases of Ubuntu that the nodes run. */
  readonly releases: readonly string[];
  readonly architecture: string;
  /** A file with this program, to be taken along. */
  readonly program?: string | undefined;
  readonly now: Date;
}

interface Making {
  readonly stores: Stores;
  readonly collection: Collection;
  readonly progress: (text: string) => void;
}

/**
 * Fetches everything that a site is installed from and writes it into one file. Interrupted, it goes on where it was: what was fetched
 * stays in a folder beside the file until the file is whole. Throws a `Fault` with the words of whatever refused.
 */
export async function createBundle(
  wish: BundleWish,
  stores: Stores,
  progress: (text: string) => void,
): Promise<BundleManifest> {
  const { site, product, output } = wish;
  if (wish.program !== undefined) await refuseUnread(wish.program);
  const wanted = wantedOf(site, product);
  const making = { stores, progress, collection: await Collection.open(`${output}.parts`) };
  const parts: Part[] = [];
  for (const { name, channel } of wanted.snaps) parts.push(...(await snapParts(making, name, channel)));
  for (const release of wish.releases) parts.push(...(await packageParts(making, release, wanted.packages)));
  const images = new Map(wanted.images.map(({ reference, for: user }) => [reference, user]));
  for (const chart of wanted.charts) {
    const { parts: own, file } = await chartParts(making, chart);
    parts.push(...own);
    progress(`render ${chart.place.chart}`);
    for (const reference of imagesOf(await stores.render(file, chart)))
      if (!images.has(reference)) images.set(reference, chart.for);
  }
  for (const [reference, user] of images) parts.push(...(await imageParts(making, reference, user)));
  if (wish.program !== undefined) parts.push(...(await programParts(making, wish.program)));
  const manifest = manifestOf(wish, parts);
  progress(`write ${output}`);
  await writeArchive(output, [
    { path: manifestName, from: { text: `${JSON.stringify(manifest, undefined, 1)}\n` } },
    ...parts.map(({ path }) => ({ path, from: { file: join(making.collection.folder, path) } })),
  ]);
  await making.collection.remove();
  return manifest;
}

/** Before hours of fetching: the program is taken along at their end. */
async function refuseUnread(program: string): Promise<void> {
  const file = await openFile(program).catch((cause: unknown) => {
    const next = ['Correct its path: --program FILE'];
    throw new Fault({ what: 'The program cannot be read.', where: program, why: whyUnread(cause), next, cause });
  });
  await file.close();
}

function manifestOf({ site, product, releases, architecture, now }: BundleWish, parts: Part[]): BundleManifest {
  return {
    version: 1,
    createdAt: now.toISOString(),
    madeBy: version,
    channel: site.cluster.channel,
    architecture,
    releases: [...releases],
    product: product.id,
    features: [...site.features],
    parts,
  };
}

async function folderFor({ collection }: Making, ...names: readonly string[]): Promise<string> {
  const folder = join(collection.folder, ...names);
  makeFolder(folder);
  return folder;
}

const rest = ({ name, version: own, licence }: Fetched) => ({ name, ...defined({ version: own, licence }) });

function snapParts(making: Making, name: string, channel: string): Promise<readonly Part[]> {
  return making.collection.item(`snap ${name} ${channel}`, async () => {
    making.progress(`snap ${name} from ${channel}`);
    const { snap, assertion } = await making.stores.snap(name, channel, await folderFor(making, 'snaps'));
    const row = (kind: 'snap' | 'assertion', fetched: Fetched) => ({
      ...rest(fetched),
      kind,
      path: `snaps/${basename(fetched.file)}`,
      for: 'cluster' as const,
    });
    return [row('snap', snap), row('assertion', assertion)];
  });
}

function packageParts(making: Making, release: string, names: readonly string[]): Promise<readonly Part[]> {
  return making.collection.item(`packages ${release} ${names.join(' ')}`, async () => {
    making.progress(`packages for Ubuntu ${release}: ${names.join(', ')}`);
    const found = await making.stores.packages(release, names, await folderFor(making, 'packages', release));
    return found.map((fetched) => ({
      ...rest(fetched),
      kind: 'package',
      path: `packages/${release}/${basename(fetched.file)}`,
      for: 'cluster',
      release,
    }));
  });
}

/** `file`: what is rendered, an archive of the collection or a folder of this machine. */
async function chartParts(
  making: Making,
  { place, origin, for: user }: WantedChart,
): Promise<{ readonly parts: readonly Part[]; readonly file: string }> {
  if (origin === undefined) return { parts: [], file: place.chart };
  const parts = await making.collection.item(`chart ${origin} ${place.version ?? ''}`, async () => {
    making.progress(`chart ${place.chart}`);
    const fetched = await making.stores.chart(place, await folderFor(making, 'charts'));
    return [{ ...rest(fetched), kind: 'chart', path: `charts/${basename(fetched.file)}`, for: user, origin }];
  });
  return { parts, file: join(making.collection.folder, parts[0]?.path ?? '') };
}

/** A name for the archive of an image: a tar file takes 100 bytes. */
const imageFile = (reference: string): string =>
  `${reference
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .slice(-80)
    .replace(/^[._-]+/, '')}.tar`;

function imageParts(making: Making, reference: string, user: Part['for']): Promise<readonly Part[]> {
  return making.collection.item(`image ${reference}`, async () => {
    making.progress(`image ${reference}`);
    const file = join(await folderFor(making, 'images'), imageFile(reference));
    const fetched = await making.stores.image(reference, file);
    return [{ ...rest(fetched), kind: 'image', path: `images/${basename(file)}`, for: user }];
  });
}

async function programParts(making: Making, program: string): Promise<readonly Part[]> {
  const name = basename(program);
  const target = join(await folderFor(making, 'program'), name);
  await copyFile(program, target);
  return making.collection.item(`program ${program}`, async () => [
    { name: 'kloudspot', version, kind: 'program', path: `program/${name}`, for: 'operator' },
  ]);
}
