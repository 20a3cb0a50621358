import { isSea } from 'node:sea';

/**
 * Flags of the runtime for every process of the program; the single executable has them built in (scripts/dist/make.ts).
 * MB of the young generation: lines of a command are short-lived, and a large one only fills up with what is dead; measured by
 * test/soak/noise.test.ts. SIGUSR1 would open a debugger to all users of the machine (https://nodejs.org/api/cli.html#--disable-sigusr1).
 */
export const runtimeFlags: readonly string[] = ['--max-semi-space-size=4', '--disable-sigusr1'];

/** How this very program is called: its runtime, the runtime's flags, and its entry. A run's process is started with it. The single executable is all three. */
export const program: readonly string[] = isSea() ? [process.execPath] : programOf(process);

/**
 * The same for the process of a rehearsed run, which holds the simulated machines: what each command of a hundred machines leaves
 * behind dies in a large young generation, and is copied into the old one out of a small one. A tenth of its processor time.
 * The flags that come last count; the single executable takes none.
 */
export function withRoom(words: readonly string[]): readonly string[] {
  if (words.length < 2) return words;
  return [...words.slice(0, -1), '--min-semi-space-size=16', '--max-semi-space-size=32', ...words.slice(-1)];
}

/** The same for a process that may have the flags already, as the process of a run has, or the launcher's of a short start. */
export function programOf({
  execPath,
  execArgv,
  argv,
}: Pick<NodeJS.Process, 'execPath' | 'execArgv' | 'argv'>): string[] {
  const own = (word: string): boolean => runtimeFlags.includes(word) || /^--(min|max)-semi-space-size=/.test(word);
  return [execPath, ...runtimeFlags, ...execArgv.filter((word) => !own(word)), argv[1] ?? ''];
}

/**
 * Beside its own environment, that of a run's process: one arena of memory for all its threads (glibc, mallopt(3)). Each keeps
 * what it once took, and a noisy command went through all of them.
 */
export const runEnvironment = { MALLOC_ARENA_MAX: '1' } as const;
