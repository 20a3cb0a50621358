/** What operators, Helm values and the product's documents call GB. */
export const gibibyte = 2 ** 30;

/** Bytes as `87.1 GB` (GiB is meant); whole numbers without a decimal. */
export function gigabytes(bytes: number): string {
  return `${gigabyteNumber(bytes)} GB`;
}

/** The number alone, rounded down to one decimal, so that no free space is promised that is not there. */
export function gigabyteNumber(bytes: number): string {
  const tenths = Math.floor((bytes / gibibyte) * 10 + 1e-6) / 10;
  return Number.isInteger(tenths) ? String(tenths) : tenths.toFixed(1);
}

/** The same rounded up, for what is missing. */
export function gigabytesMissing(bytes: number): string {
  const tenths = Math.ceil((bytes / gibibyte) * 10 - 1e-6) / 10;
  return `${Number.isInteger(tenths) ? tenths : tenths.toFixed(1)} GB`;
}

/** Bytes as lsblk prints them: `1M`, `93.1G`, `200G`. */
export function asLsblk(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T', 'P'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const rounded = Math.round(value * 10) / 10;
  return `${Number.isInteger(rounded) ? rounded : rounded.toFixed(1)}${units[unit]}`;
}

/** Bytes as vgs prints them and the vendor's tool shows them: rounded to one decimal, `87.1 GB`, `0.0 GB`. */
export function asVgs(bytes: number): string {
  return `${(Math.round((bytes / gibibyte) * 10) / 10).toFixed(1)} GB`;
}

/** LVM gives whole extents: https://man7.org/linux/man-pages/man8/lvcreate.8.html rounds a size up. */
export function wholeExtents(bytes: number, extentBytes: number): number {
  return extentBytes > 0 ? Math.ceil(bytes / extentBytes) * extentBytes : bytes;
}
