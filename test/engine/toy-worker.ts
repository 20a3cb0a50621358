/**
 * A real run process with toy steps whose effects are lines in a file: `node toy-worker.ts run-worker DIR [--attended] [--undo]`.
 * Each act adds one line, so that a step that is done twice shows.
 */
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { outcomeExitCode } from '../../source/engine/outcome.ts';
import { readOrigin } from '../../source/engine/process/origin.ts';
import { faultReport } from '../../source/engine/worker/fault-report.ts';
import { stopSwitch } from '../../source/engine/worker/stop-switch.ts';
import { carryOutRun } from '../../source/engine/worker/worker.ts';
import { systemClock } from '../../source/host/clock.ts';
import { parsePlan } from '../../source/plan/document/document-schema.ts';
import type { AnyStepKind, StepKind } from '../../source/plan/step.ts';
import { ToyHosts, toyProduct } from './toys.ts';

const parameters = z.object({ effects: z.string(), ms: z.number(), fails: z.boolean().default(false) });

async function lines(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean);
}

const kind: StepKind<typeof parameters> = {
  kind: 'effect',
  parameters,
  state: async (_, { effects }, { id }) => {
    const holds = (await lines(effects)).includes(id);
    return { ok: holds, observed: holds ? 'there' : 'not there' };
  },
  act: async (context, { effects, ms, fails }, step) => {
    await context.run(step.node ?? 'a', ['effect', step.id]);
    await wait(ms);
    if (fails) throw new Error('it broke');
    await appendFile(effects, `${step.id}\n`);
    await wait(ms);
  },
  undo: async (_, { effects }, { id }) => {
    await writeFile(
      effects,
      (await lines(effects))
        .filter((line) => line !== id)
        .map((line) => `${line}\n`)
        .join(''),
    );
    return 'not there';
  },
};
const kinds: ReadonlyMap<string, AnyStepKind> = new Map([['effect', kind]]);

const [, , , directory = '', ...flags] = process.argv;
const stop = stopSwitch();
process.on('SIGTERM', () => stop.tell('SIGTERM', false));
process.on('SIGHUP', () => undefined);
const options = {
  attended: flags.includes('--attended'),
  takeOver: flags.includes('--take-over'),
  stop,
  ...(flags.includes('--undo') ? { undo: {} } : {}),
};
const hosts = new ToyHosts();
/** A file `hold` in the root keeps the process from its first event until there is a file `go`. */
const { root } = await readOrigin(directory);
await carryOutRun({ id: basename(directory), directory }, options, {
  kinds,
  parsePlan: (text, file) => parsePlan(text, kinds, file),
  openWorld: async (files) => {
    await appendFile(join(files.root, 'stdin'), readFileSync(0, 'utf8'));
    return { hosts, clock: systemClock, secrets: [], close: () => hosts.close() };
  },
  loadProduct: async () => toyProduct,
  refuseDrift: async (_, world) => {
    for (const at = (name: string) => join(root, name); existsSync(at('hold')) && !existsSync(at('go')); )
      await world.clock.sleep(5);
  },
  onEnd: async () => undefined,
  onStepTime: () => undefined,
}).then(
  ({ outcome }) => process.exit(outcomeExitCode(outcome)),
  (error: unknown) => {
    process.stdout.write(`${faultReport(error)}\n`);
    process.exit(1);
  },
);
