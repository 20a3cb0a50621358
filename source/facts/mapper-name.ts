/** Device mapper's name for a logical volume: hyphens inside a name are doubled. lvm(8). */
export const mapperName = (group: string, volume: string): string => `${doubled(group)}-${doubled(volume)}`;

/** The path of a logical volume as lsblk, df and mount show it. */
export const mapperPath = (group: string, volume: string): string => `/dev/mapper/${mapperName(group, volume)}`;

const doubled = (name: string): string => name.replaceAll('-', '--');
