import type { ModuleState } from '../../../source/facts/kernel.ts';
import type { Site } from '../../../source/site/schema.ts';
import { healthySite } from '../../facts-fixtures.ts';
import { type Case, onNode1 } from './case.ts';

/** The site with a storage class of the operator's own. */
function behind(storageClass: string): Partial<Site> {
  const { storage } = healthySite();
  return { storage: { ...storage, shared: { ...storage.shared, engine: 'existing', storageClass } } };
}
const withModules = (states: Readonly<Record<string, ModuleState>>) =>
  onNode1('kernel', { modules: new Map(Object.entries(states)) });
const ownStorage = { check: 'own-storage', nodes: ['ks-1'] } as const;

export const ownStorageCases: readonly Case[] = [
  {
    ...ownStorage,
    what: 'a class on a cluster that is still to be built',
    grade: 'warn',
    says: /^The cluster that is built does not have fast: the run stops before the product\.$/,
    site: behind('fast'),
  },
  {
    ...ownStorage,
    what: 'Mayastor without NVMe over TCP',
    grade: 'fail',
    says: /no kernel module nvme_tcp, which OpenEBS Mayastor/,
    site: behind('mayastor-3'),
    facts: withModules({ nvme_tcp: 'missing' }),
  },
  {
    ...ownStorage,
    what: 'Mayastor without huge pages',
    grade: 'warn',
    says: /sets aside 0 of the 1024 huge pages/,
    site: behind('mayastor-3'),
  },
  {
    ...ownStorage,
    what: 'Mayastor on few cores',
    grade: 'warn',
    says: /has 8 cores: OpenEBS Mayastor keeps 2 .* the product needs 8/,
    site: behind('mayastor-3'),
    facts: onNode1('cpu', { cores: 8 }),
  },
  {
    ...ownStorage,
    what: 'Mayastor behind a name that says nothing, by its provisioner',
    grade: 'warn',
    says: /huge pages/,
    site: behind('fast'),
    evidence: { provisioners: new Map([['fast', 'io.openebs.csi-mayastor']]) },
  },
  {
    ...ownStorage,
    what: 'a class that is called like one and is another',
    grade: 'fail',
    says: /no package nfs-common, which NFS/,
    site: behind('not-mayastor'),
    evidence: { provisioners: new Map([['not-mayastor', 'nfs.csi.k8s.io']]) },
    facts: onNode1('packages', { installed: ['lvm2'] }),
  },
  {
    ...ownStorage,
    what: 'Mayastor with all that it needs',
    grade: 'pass',
    says: /What OpenEBS Mayastor needs of the node is there/,
    site: { ...behind('mayastor-3'), deploy: 'later' },
    facts: onNode1('memory', { hugePages: 1024 }),
  },
  {
    ...ownStorage,
    what: 'Longhorn without iSCSI',
    grade: 'fail',
    says: /no package open-iscsi, which Longhorn/,
    site: behind('longhorn'),
    facts: onNode1('packages', { installed: ['lvm2'] }),
  },
  {
    ...ownStorage,
    what: 'Ceph without its block devices',
    grade: 'fail',
    says: /no kernel module rbd, which Ceph/,
    site: behind('fast'),
    evidence: { provisioners: new Map([['fast', 'rook-ceph.rbd.csi.ceph.com']]) },
    facts: withModules({ rbd: 'missing' }),
  },
  {
    ...ownStorage,
    what: 'a class of which nothing is known yet',
    grade: 'pass',
    says: /The provisioner of class gold is unknown/,
    site: { ...behind('gold'), deploy: 'later' },
  },
];
