import { carrierOf, luksKey, luksName } from '../../storage/luks.ts';
import { command } from '../execution/define.ts';
import type { PlannedCommand } from '../step.ts';
import { luksCommands } from './declared-luks.ts';
import type { DeviceIdentity } from './device-identity.ts';
import { eraseCommands } from './erase-device.ts';
import { tag } from './logical-volume.ts';

/** A volume that the site declares for a node, as its step knows it. */
interface Declared {
  readonly node: string;
  readonly name: string;
  readonly path: string;
  readonly group?: string | undefined;
  readonly gib?: number | undefined;
  readonly device?: DeviceIdentity | undefined;
  readonly erase: readonly string[];
  readonly fsType: 'ext4' | 'xfs';
  readonly encrypt: boolean;
  readonly mount: string;
}

/** systemd.unit(5), "String escaping for inclusion in unit names". */
export const mountUnit = (path: string): string =>
  `${path
    .slice(1)
    .split('/')
    .map((part) =>
      part.replaceAll(/[^A-Za-z0-9:_.]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`),
    )
    .join('-')
    .replace(/^\./, '\\x2e')}.mount`;

export const unitPath = ({ mount }: Declared): string => `/etc/systemd/system/${mountUnit(mount)}`;

export const unitText = (volume: Declared): string => `# Put here by kloudspot: volume ${volume.name} of site.yaml.
[Unit]
Description=Volume ${volume.name}

[Mount]
What=${carrierOf(volume)}
Where=${volume.mount}
Type=${volume.fsType}

[Install]
WantedBy=local-fs.target
`;

/** All that its step may run, in this order. */
export const declaredCommands = (volume: Declared): PlannedCommand[] => [
  ...(volume.device ? eraseCommands({ ...volume, device: volume.device }) : []),
  ...volumeCommands(volume),
  ...(volume.encrypt ? luksCommands(volume) : []),
  ...growCommands(volume),
  ...mountCommands(volume),
];

/** `-r` grows the file system too, but not one inside an encrypted volume. */
function volumeCommands({ node, group, gib, name, encrypt }: Declared): PlannedCommand[] {
  if (group === undefined) return [];
  const create = ['lvcreate', '-y', '-L', `${gib}G`, '-n', name, '--addtag', tag, group];
  const extend = ['lvextend', ...(encrypt ? [] : ['-r']), '-L', `${gib}G`, `${group}/${name}`];
  const note = encrypt ? 'what is opened grows after it' : 'its file system grows with it';
  return [
    command('create', node, create, { when: 'it is not there', note: 'only free space of the group is taken' }),
    command('extend', node, extend, { when: 'it is there and smaller', note }),
  ];
}

/** What was opened keeps its size, and so does the file system in it, until each is told of the larger volume. */
function growCommands(volume: Declared): PlannedCommand[] {
  const { node, name, group, encrypt, fsType, mount } = volume;
  if (group === undefined || !encrypt) return [];
  const resize = ['cryptsetup', 'resize', '--key-file', luksKey(name), luksName(name)];
  const grow = fsType === 'xfs' ? ['xfs_growfs', mount] : ['resize2fs', carrierOf(volume)];
  return [
    command('resize', node, resize, { when: 'it was there and smaller' }),
    command('grow', node, grow, { when: 'it was there and smaller, and is mounted' }),
  ];
}

function mountCommands(volume: Declared): PlannedCommand[] {
  const { node, fsType, mount } = volume;
  return [
    command('format', node, [`mkfs.${fsType}`, '-q', carrierOf(volume)], { when: 'nothing is on it' }),
    command('reload', node, ['systemctl', 'daemon-reload']),
    command('mount', node, ['systemctl', 'enable', '--now', mountUnit(mount)]),
  ];
}
