import type { BundleManifest, Part } from '../../../source/bundle/manifest.ts';
import { clusterImages } from '../../../source/microk8s/images.ts';
import { GiB, healthySite } from '../../facts-fixtures.ts';
import { type Case, onNode1 } from './case.ts';

const bundle = '/media/stick/berlin.bundle';

const image = (name: string, place: number): Part => ({
  path: `images/${place}.tar`,
  kind: 'image',
  name,
  for: 'cluster',
  sha256: '0'.repeat(64),
  bytes: 100 * 2 ** 20,
});

const images = clusterImages('1.34/stable', { metallb: true }) ?? [];

const fitting: BundleManifest = {
  version: 1,
  createdAt: '2026-11-26T08:00:00.000Z',
  madeBy: '0.1.0',
  channel: '1.34/stable',
  architecture: 'amd64',
  releases: ['22.04'],
  product: 'kloudspot',
  features: healthySite().features,
  parts: images.map(image),
};

const held = (changes: Partial<BundleManifest> = {}, damaged: readonly string[] = []): Partial<Case> => ({
  site: { bundle },
  evidence: { bundle: { manifest: { ...fitting, ...changes }, damaged } },
});

export const bundleCases: readonly Case[] = [
  { check: 'bundle', what: 'fits', grade: 'pass', nodes: [], says: /holds what the site needs/, ...held() },
  {
    check: 'bundle',
    what: 'cannot be read',
    grade: 'fail',
    nodes: [],
    says: /was not copied whole/,
    site: { bundle },
    evidence: { bundle: { problem: 'It was not copied whole.' } },
  },
  {
    check: 'bundle',
    what: 'damaged',
    grade: 'fail',
    nodes: [],
    says: /Damaged: images\/3\.tar/,
    ...held({}, ['images/3.tar']),
  },
  {
    check: 'bundle',
    what: 'without the images of a service of the product',
    grade: 'fail',
    nodes: [],
    says: /lacks images of MicroK8s: registry\.k8s\.io\/metrics-server/,
    product: (product) => ({ ...product, services: ['metrics-server'] }),
    ...held(),
  },
  {
    check: 'bundle',
    what: 'with a service that fetches charts',
    grade: 'fail',
    nodes: [],
    says: /observability cannot be switched on without internet/,
    product: (product) => ({ ...product, services: ['observability'] }),
    ...held(),
  },
  {
    check: 'bundle',
    what: 'of another channel',
    grade: 'fail',
    nodes: [],
    says: /MicroK8s 1\.33\/stable, the site asks for 1\.34/,
    ...held({ channel: '1.33/stable' }),
  },
  {
    check: 'bundle',
    what: 'of another product',
    grade: 'fail',
    nodes: [],
    says: /product zenko, not kloudspot/,
    ...held({ product: 'zenko' }),
  },
  {
    check: 'bundle',
    what: 'without an image of MicroK8s',
    grade: 'fail',
    nodes: [],
    says: /lacks images of MicroK8s: docker\.io\/calico\/cni/,
    ...held({ parts: fitting.parts.slice(1) }),
  },
  {
    check: 'bundle-node',
    what: 'packages of another release',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /packages for Ubuntu 22\.04 only/,
    ...held(),
    facts: onNode1('system', { versionId: '24.04', prettyName: 'Ubuntu 24.04 LTS' }),
  },
  {
    check: 'bundle-node',
    what: 'another architecture',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /is for amd64/,
    ...held(),
    facts: onNode1('system', { architecture: 'aarch64' }),
  },
  {
    check: 'bundle-node',
    what: 'no space for it',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /are free on ks-1 for/,
    ...held(),
    facts: onNode1('storage', { snapFreeBytes: 1 * GiB }),
  },
];
