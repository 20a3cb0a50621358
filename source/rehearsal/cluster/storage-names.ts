/** Names that storage drivers give themselves: the provisioner of a class, the driver of a volume. */
export const lvmDriver = 'local.csi.openebs.io';
export const cstorDriver = 'cstor.csi.openebs.io';
export const hostpathDriver = 'microk8s.io/hostpath';

/** The ConfigMap in which NDM finds its filters. */
export const filterMap = 'openebs-ndm-config';
