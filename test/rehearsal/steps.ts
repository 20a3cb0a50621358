import { HostFault } from '../../source/host/host-fault.ts';
import { stepKinds } from '../../source/plan/kinds.ts';
import type { PlannedStep, StateCheck, StepContext } from '../../source/plan/step.ts';
import { StepFault } from '../../source/plan/step-fault.ts';
import type { Product } from '../../source/product/schema.ts';
import type { Site } from '../../source/site/schema.ts';
import { type Bench, bench } from './world.ts';

/** One step on simulated machines: what it remembers is kept, as the journal of a run does. */
export interface OnMachines {
  readonly world: Bench;
  state(step: PlannedStep): Promise<StateCheck>;
  /** Throws `StepFault` where the end state is not there afterwards. */
  act(step: PlannedStep): Promise<StateCheck>;
  undo(step: PlannedStep): Promise<void>;
}

/** Steps of a site on the machines of a rehearsal; `ks-1` and so on are reached at their first addresses. */
export async function onMachines(site: Site, product: Product, world?: Bench): Promise<OnMachines> {
  const machines = world ?? (await bench());
  const remembered = new Map<string, Map<string, string>>();
  const kindOf = (step: PlannedStep) => {
    const kind = stepKinds.get(step.kind);
    if (kind === undefined) throw new Error(`There is no kind ${step.kind}.`);
    return { kind, parameters: kind.parameters.parse(step.parameters) };
  };
  const contextOf = (step: PlannedStep): StepContext => {
    const kept = remembered.get(step.id) ?? new Map<string, string>();
    remembered.set(step.id, kept);
    return contextOn(machines, site, product, kept);
  };
  return {
    world: machines,
    state: async (step) => {
      const { kind, parameters } = kindOf(step);
      return kind.state(contextOf(step), parameters, step);
    },
    async act(step) {
      const { kind, parameters } = kindOf(step);
      await kind.act(contextOf(step), parameters, step);
      return kind.state(contextOf(step), parameters, step);
    },
    async undo(step) {
      const { kind, parameters } = kindOf(step);
      await kind.undo?.(contextOf(step), parameters, step);
    },
  };
}

function contextOn(world: Bench, site: Site, product: Product, kept: Map<string, string>): StepContext {
  return {
    site,
    product,
    files: world.files,
    clock: world.clock,
    signal: new AbortController().signal,
    look: (node) => world.host(node),
    async run(node, command, options = {}) {
      const result = await (await world.host(node)).run(command, options);
      if ((options.allow ?? [0]).includes(result.code)) return result;
      const words = 'text' in command ? command.name : command.join(' ');
      throw new StepFault({ tried: words, seen: result.stderr || `exit code ${result.code}` });
    },
    write: async (node, file) => void (await (await world.host(node)).writeFile(file)),
    async until({ for: wanted, deadline, every = 2_000, probe }) {
      const end = world.clock.now() + deadline;
      for (;;) {
        const { ok, observed, hopeless } = await probe().catch(notReached);
        if (ok) return;
        if (hopeless || world.clock.now() >= end) throw new StepFault({ tried: `wait for ${wanted}`, seen: observed });
        await world.clock.sleep(every);
      }
    },
    progress: () => undefined,
    registrySecret: async () => '',
    conceal: () => undefined,
    remember: (key, value) => void (kept.has(key) || kept.set(key, value)),
    recall: (key) => kept.get(key),
    trustHostKeys: async () => undefined,
    reconnect: (node) => world.hosts.forget(node),
  };
}

/** As the engine does it: not being reached is what one waits through. */
function notReached(error: unknown): StateCheck & { readonly hopeless?: boolean } {
  if (error instanceof HostFault) return { ok: false, observed: error.message };
  throw error;
}
