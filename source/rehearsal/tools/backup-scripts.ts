import { createHash } from 'node:crypto';
import { clusterOf } from '../cluster/membership.ts';
import { list } from '../cluster/store.ts';
import type { Machine } from '../model/machine.ts';
import { fileAt, namesIn, removeTree, writePath } from '../node/file-system.ts';
import { type Call, type Program, refuse } from './call.ts';

const files = ['datastore.tar.gz', 'site.yaml', 'values.yaml', 'release.json', 'volumes.json', 'certificates.tar.gz'];
const sums = 'SHA256SUMS';
const sumOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** `backup-collect FOLDER`: what belongs to the datastore's backup, and the sums of it all. */
function collect(call: Call): number {
  const [folder = ''] = call.words;
  return call.change((machine, state) => {
    const cluster = clusterOf(state, machine);
    if (cluster === undefined) return 1;
    const volumes = ['PersistentVolume', 'PersistentVolumeClaim'].flatMap((kind) => list(cluster, kind));
    const made: Record<string, string> = {
      'release.json': JSON.stringify(cluster.releases),
      'volumes.json': JSON.stringify({ items: volumes }),
      'certificates.tar.gz': 'certificates and keys are not rehearsed',
    };
    for (const [name, text] of Object.entries(made)) writePath(machine, `${folder}/${name}`, text, { mode: 0o600 });
    const missing = files.find((name) => fileAt(machine, `${folder}/${name}`) === undefined);
    if (missing !== undefined) return refuse(call, `sha256sum: ${missing}: No such file or directory`);
    const lines = files.map((name) => `${sumOf(fileAt(machine, `${folder}/${name}`)?.content ?? '')}  ${name}\n`);
    writePath(machine, `${folder}/${sums}`, lines.join(''), { mode: 0o600 });
    return 0;
  });
}

const textIn = (machine: Machine, folder: string) => (file: string) =>
  fileAt(machine, `${folder}/${file}`)?.content ?? '';

function isWhole(machine: Machine, folder: string): boolean {
  const text = textIn(machine, folder);
  const lines = text(sums).split('\n').filter(Boolean);
  return lines.length > 0 && lines.every((line) => line.startsWith(`${sumOf(text(line.split('  ')[1] ?? ''))} `));
}

/** `backup-list FOLDER` */
function listAll(call: Call): number {
  const [folder = ''] = call.words;
  const rows = call.look((machine) =>
    namesIn(machine, folder).map((name) => {
      const text = textIn(machine, `${folder}/${name}`);
      const bytes = files.reduce((sum, file) => sum + text(file).length, 0);
      return `${name} ${isWhole(machine, `${folder}/${name}`) ? 'whole' : 'damaged'} ${bytes}\n`;
    }),
  );
  call.out(rows.join(''));
  return 0;
}

/** `backup-read FOLDER FILE`: base64, as many columns as the real program prints. */
function read(call: Call): number {
  const path = call.words.join('/');
  const text = call.look((machine) => fileAt(machine, path)?.content);
  if (text === undefined) return refuse(call, `base64: ${path}: No such file or directory`);
  call.out(`${Buffer.from(text).toString('base64').replaceAll(/.{76}/g, '$&\n')}\n`);
  return 0;
}

/** `backup-write FOLDER FILE`, base64 on standard input. */
function write(call: Call): number {
  const text = Buffer.from(call.stdin, 'base64').toString('utf8');
  call.change((machine) => writePath(machine, call.words.join('/'), text, { mode: 0o600 }));
  return 0;
}

/** `backup-prune FOLDER KEEP MADE` */
function prune(call: Call): number {
  const [folder = '', keep = '0', made] = call.words;
  call.change((machine) => {
    const others = namesIn(machine, folder).filter((name) => name !== made);
    const newest = others.toSorted().toReversed();
    const whole = newest.filter((name) => isWhole(machine, `${folder}/${name}`));
    const damaged = newest.filter((name) => !whole.includes(name));
    for (const name of [...whole.slice(Number(keep) - 1), ...damaged.slice(Number(keep))])
      removeTree(machine, `${folder}/${name}`);
  });
  return 0;
}

export const backupScripts: Readonly<Record<string, Program>> = {
  'backup-collect': collect,
  'backup-list': listAll,
  'backup-read': read,
  'backup-write': write,
  'backup-prune': prune,
};
