import type { EngineName } from '../../storage/engines/engines.ts';
import type { SharedEngine } from './contract.ts';
import { cstor } from './cstor/cstor.ts';
import { existing } from './existing/existing.ts';

/** Every engine that a site can choose for shared volumes. */
export const sharedEngines: Readonly<Record<EngineName, SharedEngine>> = { cstor, existing };
