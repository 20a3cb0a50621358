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
