import type { EngineName } from '../../storage/engines.ts';
import type { SharedEngine } from './contract.ts';
import { cstor } from './cstor/cstor.ts';

/** A storage class of the operator's own: there is nothing to install. */
const existing: SharedEngine = { kinds: [], steps: () => [] };

/** Every engine that a site can choose for shared volumes. */
export const sharedEngines: Readonly<Record<EngineName, SharedEngine>> = { cstor, existing };
