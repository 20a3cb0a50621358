/** The folder on a node where this program keeps what it needs there. The same on every node, whatever a workstation's root is. */
export const nodeState = '/var/lib/kloudspot';

/** Its time stamp says when this program last brought the node's packages up to date. */
export const packagesMarker = `${nodeState}/packages-updated`;

/** Holds the failure domain that the datastore was started with, and the ID of its member: the datastore does not show it. */
export const domainMarker = `${nodeState}/failure-domain`;

/** Holds the boot id of before the last restart that this program asked for. */
export const bootMarker = `${nodeState}/boot-before`;

/** Where a snap lies that was fetched before its installation. */
export const snapFolder = `${nodeState}/snaps`;

/** Where the parts of a bundle lie, for a node without internet. */
export const bundleFolder = `${nodeState}/bundle`;

/** The rules of our packet filter that are in force, which every start of the machine loads. */
export const packetFilterRules = '/etc/kloudspot/firewall.nft';

/** The proxy of apt. */
export const aptProxyFile = '/etc/apt/apt.conf.d/90kloudspot-proxy';

/** What a product wants of the operating system. */
export const tuningFile = {
  modules: '/etc/modules-load.d/kloudspot.conf',
  /** Read after /etc/sysctl.d/99-sysctl.conf, which is /etc/sysctl.conf: the last word counts. */
  sysctls: '/etc/sysctl.d/99-zz-kloudspot.conf',
  limits: '/etc/security/limits.d/99-kloudspot.conf',
} as const;

/** Files that a site or its product asks for. Where neither asks any more, `apply` removes them and what they do. */
export const askedFiles: readonly string[] = [packetFilterRules, aptProxyFile, ...Object.values(tuningFile)];
