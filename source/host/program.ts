import { isSea } from 'node:sea';

/**
 * MB of the young generation. Lines of a command are short-lived: a large one only fills up with what is dead. Measured by
 * test/soak/noise.test.ts. The single executable has it built in (scripts/dist/make.ts).
 */
export const youngGeneration = '--max-semi-space-size=4';

/** How this very program is called: its runtime, the runtime's flags, and its entry. A run's process is started with it. The single executable is all three. */
export const program: readonly string[] = isSea() ? [process.execPath] : programOf(process);

/** The same for a process that may have the flag already, as the process of a run has. */
export function programOf({
  execPath,
  execArgv,
  argv,
}: Pick<NodeJS.Process, 'execPath' | 'execArgv' | 'argv'>): string[] {
  return [execPath, youngGeneration, ...execArgv.filter((word) => word !== youngGeneration), argv[1] ?? ''];
}

/**
 * Beside its own environment, that of a run's process: one arena of memory for all its threads (glibc, mallopt(3)). Each keeps
 * what it once took, and a noisy command went through all of them.
 */
export const runEnvironment = { MALLOC_ARENA_MAX: '1' } as const;
