import type { KernelModule } from '../../../facts/kernel.ts';
import type { VolumeClass } from '../../../product/schema.ts';
import type { Site } from '../../../site/schema.ts';
import { ownClass } from '../../classes.ts';

/** Storage that an operator brings, with what it needs of every node. */
export interface Provider {
  readonly name: string;
  /** What the provisioner of its classes ends with: Rook puts a namespace before it. */
  readonly provisioner: RegExp;
  /** How its classes are usually called, for a cluster that does not answer yet. */
  readonly called: RegExp;
  readonly modules: readonly KernelModule[];
  readonly packages: readonly string[];
  /** Pages of 2 MiB that it sets aside on a node that holds its disks. */
  readonly hugePages: number;
  /** Cores that it keeps busy there. */
  readonly cores: number;
  readonly source: string;
}

const nothing = { modules: [], packages: [], hugePages: 0, cores: 0 } as const;

/** The storage that MicroK8s' users bring most. */
export const providers: readonly Provider[] = [
  {
    ...nothing,
    name: 'OpenEBS Mayastor',
    provisioner: /^io\.openebs\.csi-mayastor$/,
    called: /mayastor/i,
    modules: ['nvme_tcp'],
    hugePages: 1024,
    cores: 2,
    source: 'https://openebs.io/docs/user-guides/replicated-storage-user-guide/replicated-pv-mayastor/rs-installation',
  },
  {
    ...nothing,
    name: 'Longhorn',
    provisioner: /^driver\.longhorn\.io$/,
    called: /longhorn/i,
    modules: ['iscsi_tcp'],
    packages: ['open-iscsi'],
    source: 'https://longhorn.io/docs/latest/deploy/install/#installation-requirements',
  },
  {
    ...nothing,
    name: 'Ceph',
    provisioner: /\.(rbd|cephfs)\.csi\.ceph\.com$/,
    called: /ceph|rook/i,
    modules: ['rbd'],
    source: 'https://rook.io/docs/rook/latest/Getting-Started/Prerequisites/prerequisites/#rbd',
  },
  {
    ...nothing,
    name: 'NFS',
    provisioner: /(^|\/|\.)nfs/,
    called: /(^|[-.])nfs/i,
    packages: ['nfs-common'],
    source: 'https://microk8s.io/docs/how-to-nfs',
  },
];

/** Packages of which the nodes are asked whether they have them. */
export const providerPackages: readonly string[] = [...new Set(providers.flatMap(({ packages }) => packages))];

/** What is behind the classes of the operator's own: known storage, and classes of which that is not known. */
export interface StorageBehind {
  readonly known: readonly Provider[];
  readonly unknown: readonly string[];
}

/** `provisioners`: by class, as the cluster has them; undefined where none answers. The class's name is the hint then. */
export function storageBehind(
  storage: Site['storage'],
  provisioners: ReadonlyMap<string, string> | undefined,
): StorageBehind {
  const classes = [...new Set(volumeClasses.flatMap((of) => ownClass(storage, of) ?? []))];
  const found = classes.map((name) => {
    const provisioner = provisioners?.get(name);
    const is = (each: Provider) =>
      provisioner === undefined ? each.called.test(name) : each.provisioner.test(provisioner);
    return { name, provider: providers.find(is) };
  });
  return {
    known: [...new Set(found.flatMap(({ provider }) => provider ?? []))],
    unknown: found.filter(({ provider }) => provider === undefined).map(({ name }) => name),
  };
}

const volumeClasses: readonly VolumeClass[] = ['unshared', 'shared'];
