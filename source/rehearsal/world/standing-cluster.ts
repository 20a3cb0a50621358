import * as z from 'zod';
import { Fault } from '../../errors/fault.ts';
import type { Product } from '../../product/schema.ts';
import { machineOf, type State } from '../model/state.ts';
import { mainAddress } from '../node/reach.ts';
import type { StandingScenario } from '../scenario/happenings.ts';
import { programs } from '../tools/programs.ts';
import { start } from '../tools/start.ts';
import { advance, disturb } from './advance.ts';

/** How long it has stood when the rehearsal begins, ms. */
const ageMs = 2 * 3_600_000;
/** Between two commands: services settle, the datastore gives its roles. */
const settleMs = 60_000;
const microk8s = '/snap/bin/microk8s';

/** Builds the scenario's cluster as a person did by hand two hours ago: the same commands, at the times of then. Throws `Fault` where one of them fails. */
export function standUp(state: State, cluster: StandingScenario, product: Product): void {
  const now = state.time;
  state.time = now - ageMs;
  const { channel, managers, workers, addons } = cluster;
  const act = (machine: string, ...argv: readonly string[]) => enact(state, product, machine, argv);
  const [seed = '', ...others] = managers;
  for (const machine of [...managers, ...workers]) {
    act(machine, 'snap', 'install', 'microk8s', '--classic', `--channel=${channel}`);
    act(machine, microk8s, 'status', '--wait-ready', '--timeout', '120');
  }
  for (const machine of [...others, ...workers]) {
    const { token } = minted.parse(JSON.parse(act(seed, microk8s, 'add-node', '--format', 'json')));
    const address = `${mainAddress(machineOf(state, seed)) ?? ''}:25000/${token}`;
    act(machine, microk8s, 'join', address, ...(workers.includes(machine) ? ['--worker'] : []));
  }
  for (const addon of addons) act(seed, microk8s, 'enable', addon);
  advance(state, now, product);
}

const minted = z.object({ token: z.string() });

/** Runs a command as root to its end, while the machines' time goes on. Gives its output. */
function enact(state: State, product: Product, machine: string, argv: readonly string[]): string {
  let stdout = '';
  let stderr = '';
  const around = {
    stdin: '',
    root: true,
    product,
    out: (text: string) => {
      stdout += text;
    },
    err: (text: string) => {
      stderr += text;
    },
    look: <Result>(see: (own: ReturnType<typeof machineOf>, all: State, now: number) => Result) =>
      see(machineOf(state, machine), state, state.time),
    change: <Result>(change: (own: ReturnType<typeof machineOf>, all: State, now: number) => Result) => {
      const result = change(machineOf(state, machine), state, state.time);
      disturb(state);
      return result;
    },
  };
  const steps = start(programs, around, argv);
  for (;;) {
    const next = steps.next();
    advance(state, state.time + (next.done === true ? settleMs : next.value), product);
    if (next.done !== true) continue;
    if (next.value === 0) return stdout;
    throw new Fault({
      what: `The scenario's cluster cannot be built: ${argv.join(' ')} on ${machine} ended with ${next.value}.`,
      why: `${stdout}${stderr}`.trim(),
      next: ['Correct cluster in the scenario.'],
    });
  }
}
