/** How this very program is called: its runtime, the runtime's flags, and its entry. A run's process is started with it. */
export const program: readonly string[] = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
