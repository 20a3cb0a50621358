import { readdirSync, readFileSync } from 'node:fs';

/** The processes that have a word in their arguments, from /proc; none on a system without it. */
export function processesWith(word: string): number[] {
  return numbers().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  });
}

function numbers(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Kills what works under a folder of the bench's own. */
export function killWith(folder: string): void {
  for (const pid of processesWith(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
