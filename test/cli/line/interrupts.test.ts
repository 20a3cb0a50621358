import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { holdInterrupts, withInterrupts } from '../../../source/cli/line/interrupts.ts';

it('a Ctrl-C that comes while a run is being started is heard, however late this process gets to it', async () => {
  let heard = 0;
  holdInterrupts();
  process.kill(process.pid, 'SIGINT');
  // In the same turn, as on a machine that is too busy to hand the signal over before.
  await withInterrupts(
    () => heard++,
    async () => {
      for (let turns = 0; turns < 100; turns++) await turn();
      process.kill(process.pid, 'SIGINT');
      await expect.poll(() => heard).toBe(2);
    },
  );
});
