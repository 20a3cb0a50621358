// Runs while the lab is up, in the place of the storage engines' own operators. `node test/lab/provisioner.ts`, started by up().
import { setTimeout as sleep } from 'node:timers/promises';
import { meetClaims } from './claims.ts';
import { growClaims } from './growth.ts';
import { findDevices, keepPools, reportGroups } from './pools.ts';

process.on('SIGTERM', () => process.exit(0));
const turns: Array<[string, number, () => Promise<void>]> = [
  ['claims', 1, meetClaims],
  ['growth', 2, growClaims],
  ['pools', 2, keepPools],
  ['devices', 4, findDevices],
  ['groups', 10, reportGroups],
];

for (let turn = 0; ; turn++) {
  for (const [name, every, work] of turns) {
    if (turn % every === 0) await work().catch((error) => console.error(new Date().toISOString(), name, error));
  }
  await sleep(500);
}
