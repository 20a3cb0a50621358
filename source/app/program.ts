import { isSea } from 'node:sea';

/** How this very program is called: its runtime, the runtime's flags, and its entry. A run's process is started with it. The single executable is all three. */
export const program: readonly string[] = isSea()
  ? [process.execPath]
  : [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
