import type { BundleManifest } from '../../bundle/manifest.ts';
import { counted } from '../../text/plural.ts';
import { columns } from '../../text/table.ts';

/** What a bundle is for and what it holds, part by part. */
export function bundleLines(manifest: BundleManifest): string[] {
  const rows = manifest.parts.map(({ kind, name, version = '', bytes, licence = 'not stated', sha256 }) => [
    kind,
    name,
    version,
    sizeText(bytes),
    licence,
    sha256.slice(0, 12),
  ]);
  return [
    ...summaryLines(manifest),
    '',
    ...columns([['Kind', 'Name', 'Version', 'Size', 'Licence', 'SHA-256'], ...rows]),
  ];
}

/** What a bundle is for, in a few lines. */
export function summaryLines(manifest: BundleManifest): string[] {
  const { parts, product, features, channel, releases, architecture, createdAt, madeBy } = manifest;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return [
    `Product:      ${product}, features: ${features.join(', ') || 'none'}`,
    `MicroK8s:     ${channel}`,
    `Nodes:        Ubuntu ${releases.join(', ')} on ${architecture}`,
    `Holds:        ${counted(parts.length, 'file')}, ${sizeText(bytes)}`,
    `Made:         ${createdAt} by kloudspot ${madeBy}`,
  ];
}

/** `12 kB`, `341.5 MB`: in thousands, as file managers show sizes. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const place = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** place;
  return `${place === 0 ? value : value.toFixed(1)} ${units[place]}`;
}
