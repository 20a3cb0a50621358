import type { Bundle, Part } from '../../bundle/manifest.ts';
import { planBundleImages } from '../steps/bundle-images.ts';
import { placeOf, planBundleParts } from '../steps/bundle-parts.ts';
import type { LocalSnaps } from '../steps/microk8s-install.ts';
import type { Planning } from './planning.ts';

/** What the operator keeps is not copied to nodes. */
const goesToNodes = ({ for: user }: Part): boolean => user !== 'operator';

/** The parts of a node: packages of its own release, and charts for whichever manager installs them. */
function partsFor(bundle: Bundle, release: string | undefined): Part[] {
  return bundle.manifest.parts.filter(
    (part) => goesToNodes(part) && (part.kind !== 'package' || part.release === release),
  );
}

const releaseOf = ({ facts }: Planning, node: string): string | undefined => facts.get(node)?.system?.versionId;

/** Before anything is installed on the node. */
export function addBundleParts(planning: Planning, node: string): void {
  const { bundle, list } = planning;
  if (bundle !== undefined)
    list.addNode(node, planBundleParts(node, bundle, partsFor(bundle, releaseOf(planning, node))));
}

/** Folder of the packages for a node's release; undefined where its packages come from the archive. */
export function packagesFolder({ bundle, ...planning }: Planning, node: string): string | undefined {
  const release = releaseOf({ bundle, ...planning }, node);
  return bundle === undefined || release === undefined ? undefined : placeOf(`packages/${release}`);
}

const imagesFor = ({ manifest }: Bundle, chosen: (part: Part) => boolean) =>
  manifest.parts
    .filter((part) => part.kind === 'image' && chosen(part))
    .map(({ name, path }) => ({ reference: name, file: placeOf(path) }));

/** The snaps to install in their order, MicroK8s last, and the images without which it is not ready. */
export function localSnaps({ bundle }: Planning): LocalSnaps | undefined {
  if (bundle === undefined) return undefined;
  const { parts } = bundle.manifest;
  const snaps = parts
    .filter(({ kind }) => kind === 'snap')
    .map(({ name, path }) => ({
      name,
      file: placeOf(path),
      assertion: placeOf(parts.find((each) => each.kind === 'assertion' && each.name === name)?.path ?? ''),
    }));
  return { snaps, images: imagesFor(bundle, (part) => part.for === 'cluster') };
}

/** The images of storage engines and product, on every node; node by node they do not wait for each other. */
export function addBundleImages({ bundle, site, list }: Planning): void {
  if (bundle === undefined) return;
  const images = imagesFor(bundle, (part) => part.for !== 'cluster');
  if (images.length > 0) list.addSideBySide(site.nodes.map(({ name }) => planBundleImages({ node: name, images })));
}

/** For a verb that changes the product of a cluster that is there: what the bundle has that the nodes may not have yet. */
export function planBundleOnly(planning: Planning): void {
  const { bundle, site, list } = planning;
  if (bundle === undefined) return;
  const needed = bundle.manifest.parts.filter(
    ({ kind, for: user }) => (kind === 'image' || kind === 'chart') && user === 'product',
  );
  list.addSideBySide(site.nodes.map(({ name }) => planBundleParts(name, bundle, needed)));
  addBundleImages(planning);
}
