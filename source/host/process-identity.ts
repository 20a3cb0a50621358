import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';
import { codeOf } from '../errors/thrown.ts';

export const identitySchema = z.object({
  host: z.string(),
  /** The machine's own id, which stays when its name changes. */
  machine: z.string(),
  process: z.number().int(),
  /** When it started, in the words of the machine it runs on: boot id and clock ticks on Linux; empty where that is unknown. */
  started: z.string(),
});

/** A process that cannot be mistaken for a later one with the same number. */
export type ProcessIdentity = Readonly<z.output<typeof identitySchema>>;

/** Who a process is, by its number. Undefined: no such process. */
export function identifyProcess(process_: number): ProcessIdentity | undefined {
  if (!exists(process_)) return undefined;
  return { host: hostname(), machine: machineId(), process: process_, started: startOf(process_) };
}

/** Whether that very process still runs. `unknown`: it belongs to another machine. `as`: how its texts were written, such as shortened. */
export function lifeOf(
  { machine, process, started }: Omit<ProcessIdentity, 'host'>,
  as: (text: string) => string = (text) => text,
): 'alive' | 'gone' | 'unknown' {
  if (machine !== as(machineId())) return 'unknown';
  const now = identifyProcess(process);
  if (now === undefined) return 'gone';
  return started === as(now.started) || started === as('') ? 'alive' : 'gone';
}

/** https://man7.org/linux/man-pages/man5/machine-id.5.html; elsewhere the host's name must do. */
export function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || hostname();
  } catch {
    return hostname();
  }
}

/** Whether a process lives that was called with these words one after the other. False where there is no /proc. */
export function runsWith(...words: readonly string[]): boolean {
  const wanted = `\0${words.join('\0')}\0`;
  return processes().some((process_) => argumentsOf(process_).includes(wanted));
}

function processes(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html */
function argumentsOf(process_: string): string {
  try {
    return readFileSync(`/proc/${process_}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function exists(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to someone else.
    return codeOf(error) === 'EPERM';
  }
}

/** Boot id and field 22 (start time) of /proc/PID/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startOf(process_: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = readFileSync(`/proc/${process_}/stat`, 'utf8');
    // The program's name, field 2, is in parentheses and may hold blanks: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : `${boot.trim()} ${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}
