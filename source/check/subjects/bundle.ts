import type { BundleManifest } from '../../bundle/manifest.ts';
import { debianArchitecture } from '../../bundle/manifest.ts';
import { wholeReference } from '../../bundle/references.ts';
import type { NodeFacts } from '../../facts/facts.ts';
import { onlineServices } from '../../microk8s/services.ts';
import { trackOf } from '../../microk8s/tracks.ts';
import { chosenServices, offlineImages } from '../../product/services.ts';
import { gigabytes } from '../../storage/bytes.ts';
import { kloudspot } from '../../text/command.ts';
import { type Check, type CheckInput, fail, nodeCheck, type Outcome, pass, siteCheck } from '../check.ts';

const field = ['bundle'];
const remake = () => `On a machine with internet: ${kloudspot('bundle create --site FILE --output FILE', '--root')}`;

/** Whether the file is whole, and was made for what the site asks for. */
export const bundleFits: Check = siteCheck(
  {
    id: 'bundle',
    title: 'Bundle',
    why: 'Without internet everything is installed from one file. What it lacks cannot be fetched later, once half of the cluster is built; a damaged part would be found just as late.',
    source: 'The manifest of the bundle: SHA-256 of every part',
  },
  ({ site, product, evidence }) => {
    if (site.bundle === undefined) return pass('none', 'Snaps, packages, images and charts come from the internet.');
    const seen = evidence?.bundle;
    if (seen === undefined) return fail('not read', 'The bundle was not read.', { field, advice: 'Check again' });
    if ('problem' in seen) return fail('not read', seen.problem, { field, advice: remake() });
    const { manifest, damaged } = seen;
    const wrong = [...damagedSaid(damaged), ...differences({ site, product }, manifest)];
    const words = `${manifest.product}, MicroK8s ${trackOf(manifest.channel)}, ${manifest.parts.length} parts`;
    if (wrong.length === 0) return pass(words, 'It is complete, and holds what the site needs.');
    return fail(words, wrong.join(' '), { field, advice: damaged.length > 0 ? 'Copy the file again' : remake() });
  },
);

function damagedSaid(damaged: readonly string[]): string[] {
  return damaged.length === 0 ? [] : [`Damaged: ${damaged.slice(0, 3).join(', ')}${damaged.length > 3 ? ', …' : ''}.`];
}

function differences({ site, product }: Pick<CheckInput, 'site' | 'product'>, manifest: BundleManifest): string[] {
  const { channel } = site.cluster;
  const missing = site.features.filter((feature) => !manifest.features.includes(feature));
  const images = offlineImages(site, product)?.map(wholeReference);
  const held = new Set(manifest.parts.filter(({ kind }) => kind === 'image').map(({ name }) => name));
  const lost = images?.filter((reference) => !held.has(reference)) ?? [];
  const online = onlineServices(channel, chosenServices(site, product));
  return [
    ...(manifest.channel === channel ? [] : [`It holds MicroK8s ${manifest.channel}, the site asks for ${channel}.`]),
    ...(manifest.product === product.id ? [] : [`It holds the product ${manifest.product}, not ${product.id}.`]),
    ...(missing.length === 0 ? [] : [`It was made without the features ${missing.join(', ')}.`]),
    ...(images === undefined ? [`MicroK8s ${trackOf(channel)} cannot be installed without internet.`] : []),
    ...(online.length === 0 ? [] : [`${online.join(', ')} cannot be switched on without internet.`]),
    ...(lost.length === 0 ? [] : [`It lacks images of MicroK8s: ${lost.join(', ')}.`]),
  ];
}

/** Images are unpacked beside their archives: containerd keeps layers compressed and as files. */
const timesItsSize = 2.5;

/** Whether a node can be installed from it, and has the space. */
export const bundleOnNode: Check = nodeCheck(
  {
    id: 'bundle-node',
    title: 'Bundle for the node',
    why: 'Packages are made for one release of Ubuntu and one architecture. The parts are copied to the node, and its images are unpacked beside them.',
    source: 'The manifest of the bundle; containerd keeps the compressed and the unpacked layers of an image',
  },
  'storage',
  ({ root, snapFreeBytes }, { facts, input, node }) => {
    const seen = input.evidence?.bundle;
    if (input.site.bundle === undefined || seen === undefined || 'problem' in seen)
      return pass('not asked', 'The site has no bundle that can be read.');
    const { manifest } = seen;
    const unfit = misfit(facts, manifest);
    if (unfit !== undefined) return fail(unfit.seen, unfit.reason, { field, advice: remake() });
    const bytes = copied(manifest, facts.system?.versionId);
    const free = Math.min(root.freeBytes, snapFreeBytes);
    const wanted = `${gigabytes(bytes * timesItsSize)} free`;
    if (facts.microk8s?.installed !== true && free < bytes * timesItsSize)
      return fail(gigabytes(free), `${gigabytes(free)} are free on ${node.name} for ${gigabytes(bytes)} of files.`, {
        wanted,
        advice: 'Free space on / and /var/snap, or grow them: lvextend -r',
      });
    return pass(gigabytes(free), 'Its packages fit the node, and there is space.', { wanted });
  },
);

function misfit({ system }: NodeFacts, manifest: BundleManifest): Pick<Outcome, 'seen' | 'reason'> | undefined {
  if (system === undefined) return undefined;
  const { versionId, architecture, prettyName } = system;
  if (debianArchitecture[architecture] !== manifest.architecture)
    return { seen: architecture, reason: `The bundle is for ${manifest.architecture}.` };
  if (!manifest.releases.includes(versionId))
    return { seen: prettyName, reason: `The bundle holds packages for Ubuntu ${manifest.releases.join(', ')} only.` };
  return undefined;
}

function copied({ parts }: BundleManifest, release: string | undefined): number {
  const own = parts.filter((part) => part.for !== 'operator' && (part.kind !== 'package' || part.release === release));
  return own.reduce((sum, { bytes }) => sum + bytes, 0);
}
