// Bundles the program into dist/.
import { resolve } from 'node:path';
import { buildInto } from './build/split.ts';

await buildInto(resolve(import.meta.dirname, '../dist'));
