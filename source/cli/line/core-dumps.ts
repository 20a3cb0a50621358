import { writeFileSync } from 'node:fs';

/**
 * Keeps passwords and tokens out of core files, for this process and all that it starts: of a crash no memory is written.
 * The limit on core files that the launcher sets does not hold where a program takes them, as Ubuntu's apport does (core(5)).
 */
export function keepMemoryOutOfCoreFiles(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A kernel without core files has no such file.
  }
}
