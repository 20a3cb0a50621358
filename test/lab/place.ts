// Where the lab keeps its things, and what its parts are called.
import { basename, join } from 'node:path';

/** Built once and kept outside the tree: root file system, programs, and while the lab is up, its nodes. */
export const lab = process.env['KLOUDSPOT_LAB'] || '/var/tmp/kloudspot-lab';
export const here = import.meta.dirname;

/** The network namespace that holds the bridge between the nodes. What runs in it sees all of them. Two labs in folders of different names do not meet. */
export const hub = basename(lab);
export const gateway = '10.78.0.1';
export const keyPath = join(lab, 'key');
export const user = 'ubuntu';

export const at = (...parts: string[]) => join(lab, ...parts);
export const nodePath = (n: number, ...parts: string[]) => at('nodes', String(n), ...parts);
export const address = (n: number) => `10.78.${Math.floor(n / 200)}.${10 + (n % 200)}`;
/** Of the second card, where a node has one. */
export const secondAddress = (n: number) => `10.79.0.${10 + n}`;
export const hardwareAddress = (n: number) => `02:4b:53:00:00:${n.toString(16).padStart(2, '0')}`;
