import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { RunWorld } from '../../source/engine/execution/context.ts';
import { type Execution, type ExecutionInput, execute } from '../../source/engine/execution/execute.ts';
import type { RunEvent, RunEventBody } from '../../source/engine/journal/event.ts';
import type { Journal } from '../../source/engine/journal/journal.ts';
import { createMask, type Mask, maskEvent } from '../../source/engine/journal/masking.ts';
import { pastOf } from '../../source/engine/journal/past.ts';
import type { Clock, Host, HostPool, RunResult, Script } from '../../source/host/host.ts';
import { HostFault } from '../../source/host/host-fault.ts';
import type { Plan } from '../../source/plan/document/document.ts';
import type { AnyStepKind, LookContext, PlannedStep, StepContext } from '../../source/plan/step.ts';
import type { Product } from '../../source/product/schema.ts';
import { type Files, filesUnder } from '../../source/site/files.ts';
import { siteSchema } from '../../source/site/schema.ts';

export const toyNodes = ['a', 'b', 'c'] as const;
const site = siteSchema.parse({
  version: 1,
  name: 'toys',
  nodes: toyNodes.map((name, place) => ({ name, reach: `10.9.0.${place + 1}`, role: 'manager' })),
  network: {},
  customer: { dnsName: 'toys.example.org', reference: 'toys' },
});
/** No toy looks at the product. */
const product: Product = {
  version: 1,
  id: 'toys',
  name: 'Toys',
  file: '/nowhere/toys.yaml',
  features: [],
  components: [],
  volumes: [],
  services: [],
  tuning: { sysctls: [], limits: [], modules: [] },
  featureSets: [],
  nodes: {
    floor: { cores: 1, memoryGiB: 1, diskGiB: 1, rootGiB: 1 },
    recommended: [],
    cpuFlags: [],
    requireSsd: false,
    strictChecks: [],
    ports: [],
    sizesFixed: false,
    interfaces: 1,
    os: [{ id: 'ubuntu', minimum: '22.04', ltsOnly: false }],
  },
  topologies: [],
  chart: { reference: './toys' },
  release: 'toys',
  namespace: 'toys',
  tlsSecret: 'toys',
  storage: {
    lvm: { chart: 'lvm', release: 'lvm', namespace: 'lvm', provisioner: 'lvm' },
    cstor: { chart: 'cstor', release: 'cstor', namespace: 'cstor', provisioner: 'cstor' },
    classes: { shared: 'shared', unshared: 'unshared' },
  },
  values: [],
};

export type ToyStep = Partial<PlannedStep> & Pick<PlannedStep, 'id'>;

export function toyStep(step: ToyStep): PlannedStep {
  return {
    kind: 'toy',
    group: step.id,
    title: `Do ${step.id}`,
    why: 'To see it done.',
    risk: 'low',
    needs: [],
    deadline: 3_600_000,
    parameters: {},
    commands: [],
    files: [],
    undoable: true,
    skippable: false,
    changes: [],
    ...step,
  };
}

export function toyPlan(steps: readonly ToyStep[]): Plan {
  return {
    version: 2,
    purpose: 'init',
    hash: '0123456789ab',
    createdAt: '2026-01-01T00:00:00.000Z',
    site,
    product: 'kloudspot',
    targets: toyNodes.map((node) => ({ node, addresses: [node] })),
    basis: {},
    steps: steps.map(toyStep),
  };
}

/** Runs `speed` times faster than real time. */
export function fastClock(speed = 1000): Clock {
  const begun = performance.now();
  return {
    now: () => Date.UTC(2026, 0, 1) + Math.round((performance.now() - begun) * speed),
    elapsed: () => (performance.now() - begun) * speed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms / speed);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      }),
  };
}

/** Time that passes by sleeps alone, from the earliest to the next: how busy the machine is changes nothing. */
export function leapingClock(): Clock {
  let elapsed = 0;
  const sleepers = new Map<() => void, number>();
  const leap = () => {
    const [next] = [...sleepers].toSorted(([, a], [, b]) => a - b);
    if (next === undefined) return;
    const [wake, at] = next;
    sleepers.delete(wake);
    elapsed = Math.max(elapsed, at);
    wake();
  };
  return {
    now: () => Date.UTC(2026, 0, 1) + elapsed,
    elapsed: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.set(resolve, elapsed + ms);
        setImmediate(leap);
        signal?.addEventListener('abort', () => {
          sleepers.delete(resolve);
          reject(signal.reason);
        });
      }),
  };
}

/** What a command answers: text, an exit code, or a line after the other. */
export type ToyCommand = (words: readonly string[]) => Partial<RunResult> | Promise<Partial<RunResult>>;

export class ToyHosts implements HostPool {
  readonly files = new Map<string, string>();
  readonly away = new Set<string>();
  command: ToyCommand = () => ({});

  async get({ node }: { readonly node: string }): Promise<Host> {
    if (this.away.has(node)) throw new HostFault('unreachable', node, { what: `${node} does not answer` });
    return {
      name: node,
      access: async () => ({ user: 'root', sudo: 'root', address: '' }),
      run: async (command, { onLine, stdin = '' } = {}) => {
        const words = 'name' in command ? [command.name, ...(command.arguments ?? [])] : command;
        if (words[0] === 'rm') this.files.delete(`${node}:${words.at(-1)}`);
        if ('text' in command && command.name === 'node-lock') return this.#lock(node, command, stdin);
        const result = { code: 0, stdout: '', stderr: '', ...(await this.command(words)) };
        for (const line of result.stdout.split('\n').filter(Boolean)) onLine?.(line, 'stdout');
        for (const line of result.stderr.split('\n').filter(Boolean)) onLine?.(line, 'stderr');
        return result;
      },
      readFile: async (path) => this.files.get(`${node}:${path}`),
      writeFile: async ({ path, content }) => {
        const before = this.files.get(`${node}:${path}`);
        this.files.set(`${node}:${path}`, content);
        return { before };
      },
      close: async () => undefined,
    };
  }

  /** The lock is the real script, run by this machine's bash on a folder of the node's own. */
  #lock(node: string, { text, arguments: words = [] }: Script, stdin: string): RunResult {
    const path = words[1] ?? '';
    const own = join(this.#disk, node, 'lock');
    const key = `${node}:${path}`;
    mkdirSync(dirname(own), { recursive: true });
    const before = this.files.get(key);
    if (before === undefined) rmSync(own, { force: true });
    else writeFileSync(own, before);
    const [verb = '', , ...rest] = words;
    const done = spawnSync('bash', ['-c', text, 'node-lock', verb, own, ...rest], { input: stdin, encoding: 'utf8' });
    if (existsSync(own)) this.files.set(key, readFileSync(own, 'utf8'));
    else this.files.delete(key);
    return { code: done.status ?? 1, stdout: done.stdout, stderr: done.stderr };
  }

  readonly #disk = mkdtempSync(join(tmpdir(), 'ks-toy-nodes-'));

  async forget(): Promise<void> {}
  async close(): Promise<void> {}
}

export interface ToyBehaviour {
  readonly act?: (context: StepContext, step: PlannedStep) => Promise<void> | void;
  readonly undo?: (context: StepContext, step: PlannedStep) => Promise<void> | void;
  readonly verifies?: boolean;
  /** So many of the first looks are not answered. */
  readonly silentLooks?: number;
}

/** A world in memory: `done` holds the ids whose end state is there, `story` what happened in order. */
export class ToyLand {
  readonly done = new Set<string>();
  readonly story: string[] = [];
  readonly events: RunEvent[] = [];
  readonly hosts = new ToyHosts();
  readonly behaviour = new Map<string, ToyBehaviour>();
  readonly mask: Mask;
  readonly clock: Clock;
  readonly files: Files = filesUnder(mkdtempSync(join(tmpdir(), 'ks-toys-')));

  constructor(options: { readonly secrets?: readonly string[]; readonly clock?: Clock } = {}) {
    this.mask = createMask(options.secrets ?? []);
    this.clock = options.clock ?? fastClock();
  }

  on(id: string, behaviour: ToyBehaviour): this {
    this.behaviour.set(id, behaviour);
    return this;
  }

  readonly kinds: ReadonlyMap<string, AnyStepKind> = new Map([['toy', this.#kind()]]);

  #kind(): AnyStepKind {
    const look = async (_context: LookContext, _parameters: unknown, step: PlannedStep) => ({
      ok: this.done.has(step.id),
      observed: this.done.has(step.id) ? 'there' : 'not there',
    });
    return {
      kind: 'toy',
      parameters: z.object({}),
      state: async (...all) => {
        const { id } = all[2];
        this.story.push(`look ${id}`);
        const { silentLooks = 0 } = this.behaviour.get(id) ?? {};
        if (this.story.filter((each) => each === `look ${id}`).length > silentLooks) return look(...all);
        return { ok: false, silent: true, observed: 'it does not answer' };
      },
      act: async (context, _parameters, step) => {
        this.story.push(`begin ${step.id}`);
        const { act, verifies = true } = this.behaviour.get(step.id) ?? {};
        await context.run(step.node ?? 'a', ['make', step.id]);
        await act?.(context, step);
        this.story.push(`end ${step.id}`);
        if (verifies) this.done.add(step.id);
      },
      undo: async (context, _parameters, step) => {
        await this.behaviour.get(step.id)?.undo?.(context, step);
        this.story.push(`undo ${step.id}`);
        this.done.delete(step.id);
        return 'not there';
      },
    };
  }

  journal(): Journal {
    return {
      write: async (body: RunEventBody) => {
        this.events.push({ at: new Date(this.clock.now()).toISOString(), ...maskEvent(body, this.mask) });
      },
      close: async () => undefined,
    };
  }

  world(plan: Plan): RunWorld {
    const { files, hosts, clock, mask } = this;
    return { site, product, files, targets: plan.targets, hosts, clock, journal: this.journal(), mask };
  }

  input(plan: Plan, options: Partial<ExecutionInput> = {}): ExecutionInput {
    const past = pastOf(this.events);
    return { world: this.world(plan), plan, kinds: this.kinds, past, attended: false, grace: 50, ...options };
  }

  execute(plan: Plan, options: Partial<ExecutionInput> = {}): Execution {
    return execute(this.input(plan, options));
  }

  /** Only the acts: who began and ended when. */
  acts(): string[] {
    return this.story.filter((line) => !line.startsWith('look'));
  }

  of<Type extends RunEvent['type']>(type: Type): Extract<RunEvent, { readonly type: Type }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { readonly type: Type }> => event.type === type);
  }

  /** Waits until something holds; fails with the story when it never does. */
  async until(holds: () => boolean): Promise<void> {
    for (let turn = 0; turn < 400; turn++) {
      if (holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`It never came to that.\n${this.story.join('\n')}\n${JSON.stringify(this.events, undefined, 1)}`);
  }
}

export { product as toyProduct, site as toySite };
