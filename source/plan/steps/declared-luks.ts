import { carrierOf, luksKey, luksName } from '../../storage/luks.ts';
import { look, readText, runCommand, writeFiles } from '../execution/carry-out.ts';
import { command } from '../execution/define.ts';
import type { LookContext, PlannedCommand, PlannedFile, PlannedStep, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';

/** An encrypted volume. `path`: the device below. */
interface Encrypted {
  readonly node: string;
  readonly name: string;
  readonly path: string;
}

/** What the volumes of a node are opened by at its start: crypttab(5). */
const table = '/etc/crypttab';
const before = '<what it holds>';
const tableLine = ({ name, path }: Encrypted): string => `${luksName(name)} ${path} ${luksKey(name)} luks\n`;

/** The commands that make and open it. The key is a file: no command, journal or screen holds it. */
export function luksCommands({ node, name, path }: Encrypted): PlannedCommand[] {
  const key = luksKey(name);
  const file = ['install', '-D', '-m', '0600', '/dev/null', key];
  const fill = ['dd', 'if=/dev/urandom', `of=${key}`, 'bs=512', 'count=1', 'status=none', 'conv=fsync'];
  const format = ['cryptsetup', 'luksFormat', '--batch-mode', '--type', 'luks2', '--key-file', key, path];
  const kept = 'it stays on the node; keep a copy in a safe place: without it the data cannot be read';
  return [
    command('key file', node, file, { when: 'nothing is on it', note: 'for root alone' }),
    command('key', node, fill, { when: 'nothing is on it', note: kept }),
    command('encrypt', node, format, { when: 'nothing is on it' }),
    command('open', node, ['cryptsetup', 'open', '--key-file', key, path, luksName(name)], { when: 'it is not open' }),
  ];
}

/** `crypttab` with the volume added; what it holds is known when the step runs. */
export const luksFiles = (volume: Encrypted): PlannedFile[] => [
  { node: volume.node, path: table, content: `${before}${tableLine(volume)}`, mode: 0o644, owner: 'root:root' },
];

export const isTable = (path: string): boolean => path === table;

/** Undefined where key and table are as they have to be; else what is missing. */
export async function luksMissing(context: LookContext, volume: Encrypted): Promise<string | undefined> {
  const { node, name } = volume;
  const { code, stdout } = await look(context, node, ['stat', '-c', '%a', luksKey(name)]);
  if (code !== 0) return `no key ${luksKey(name)}`;
  if (stdout.trim() !== '600') return `others can read ${luksKey(name)}: mode ${stdout.trim()}`;
  return isListed(await readText(context, node, table), volume) ? undefined : `${table} does not open it at boot`;
}

const isListed = (text: string | undefined, volume: Encrypted): boolean =>
  (text ?? '').split('\n').includes(tableLine(volume).trimEnd());

export async function isOpen(context: LookContext, { node, name, path }: Encrypted): Promise<boolean> {
  const words = ['lsblk', '-n', '-o', 'PATH', carrierOf({ name, path, encrypt: true })];
  return (await look(context, node, words)).code === 0;
}

/** A key for a device that nothing is on, and the device encrypted with it. */
export async function encrypt(context: StepContext, { node, name }: Encrypted, step: PlannedStep): Promise<void> {
  const key = luksKey(name);
  const { code } = await look(context, node, ['stat', '-c', '%a', key]);
  if (code === 0 && context.recall('key') !== key)
    throw new StepFault({
      tried: `make a key for ${name} of ${node}`,
      seen: `${key} is there already, and may open another device`,
      next: ['Move it to a safe place, or choose another name for the volume'],
    });
  context.remember('key', key);
  for (const name of ['key file', 'key', 'encrypt']) await runCommand(context, step, name);
}

/** Opens it now, and has it opened at every start. */
export async function openEncrypted(context: StepContext, volume: Encrypted, step: PlannedStep): Promise<void> {
  const { node, name, path } = volume;
  if (!(await isOpen(context, volume))) {
    if ((await look(context, node, ['stat', '-c', '%a', luksKey(name)])).code !== 0)
      throw new StepFault({
        tried: `open ${path} of ${node}`,
        seen: `it is encrypted, and its key ${luksKey(name)} is not there`,
        next: [`Put the copy of the key there, mode 0600; or empty it knowingly: sudo wipefs -a ${path}`],
      });
    await runCommand(context, step, 'open');
  }
  const text = (await readText(context, node, table)) ?? '';
  if (isListed(text, volume)) return;
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  await writeFiles(context, step, { [before]: whole }, isTable);
}

/** Closes it, and takes it out of the table. The key goes only with the volume that it opens: `withKey`. */
export async function closeEncrypted(context: StepContext, volume: Encrypted, withKey: boolean): Promise<void> {
  const { node, name } = volume;
  if (await isOpen(context, volume)) await context.run(node, ['cryptsetup', 'close', luksName(name)], { sudo: true });
  const text = await readText(context, node, table);
  const content = (text ?? '').replace(tableLine(volume), '');
  if (text !== undefined && content !== text)
    await context.write(node, { path: table, content, mode: 0o644, owner: 'root:root' });
  if (withKey) await context.run(node, ['rm', '-f', luksKey(name)], { sudo: true });
}
