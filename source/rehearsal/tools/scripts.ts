import { backupScripts } from './backup-scripts.ts';
import type { Program } from './call.ts';
import { factsScript } from './facts-script.ts';
import { stepScripts } from './step-scripts.ts';

/** What stands for the program's named scripts on simulated machines, by their names. */
export const scripts: ReadonlyMap<string, Program> = new Map(
  Object.entries({ facts: factsScript, ...stepScripts, ...backupScripts }),
);
