import type { Command, OutputStream, RunResult } from '../../host/host.ts';
import { lateCommand } from '../../host/late-command.ts';
import { at, machineOf, machineSeen } from '../model/state.ts';
import type { ScenarioFault } from '../scenario/schema.ts';
import type { Program, Steps } from '../tools/call.ts';
import { readyToJudge } from '../tools/helm/judge.ts';
import { programs } from '../tools/programs.ts';
import { start } from '../tools/start.ts';
import type { World } from '../world/world.ts';
import { abandoned, alive, type Connection, lost, silenceMs } from './connection.ts';
import { concerns, strike } from './faults.ts';
import { Output } from './output.ts';

/** Longest stretch in ms after which a command looks whether its machine still lives. */
const lookEveryMs = 2_000;

interface ExecutionOptions {
  readonly command: Command;
  /** ms */
  readonly deadline: number;
  readonly stdin: string;
  readonly root: boolean;
  readonly onLine?: (line: string, stream: OutputStream) => void;
  readonly signal?: AbortSignal;
}

/** One command's life on a simulated machine: time, output, faults, loss. */
export class Execution {
  readonly #world: World;
  readonly #connection: Connection;
  readonly #options: ExecutionOptions;
  readonly #output: Output;
  /** ms that the command has taken. The time that this machine needs to compute it does not count. */
  #spent = 0;

  constructor(world: World, connection: Connection, options: ExecutionOptions) {
    this.#world = world;
    this.#connection = connection;
    this.#options = options;
    this.#output = new Output(options.onLine);
  }

  /** Runs a program, or what stands for a named script. */
  async run(argv: readonly string[], script?: Program): Promise<RunResult> {
    const fault = this.#strike(argv);
    const code = fault === undefined ? await this.#live(argv, script) : await this.#goWrong(fault, argv, script);
    return { code, ...this.#output.end() };
  }

  fail(code: number, text: string): RunResult {
    this.#output.write(text, 'stderr');
    return { code, ...this.#output.end() };
  }

  /** Lets ms pass, no longer than the deadline, and looks now and then whether anyone is there still. */
  async pass(ms: number): Promise<void> {
    const end = this.#spent + ms;
    for (;;) {
      await this.#spend(Math.min(lookEveryMs, end - this.#spent));
      if (!this.#world.look((state) => alive(this.#connection, state))) await this.#breakOff();
      if (this.#spent >= end) return;
      if (this.#spent >= this.#options.deadline) {
        throw lateCommand(this.#connection.node, this.#options.command, this.#options.deadline, 'ended');
      }
    }
  }

  async #spend(ms: number): Promise<void> {
    const stretch = Math.min(ms, this.#options.deadline - this.#spent);
    if (stretch > 0) await this.#sleep(stretch);
    this.#spent += Math.max(0, stretch);
  }

  async #breakOff(): Promise<never> {
    await this.#spend(silenceMs);
    throw lost(this.#connection);
  }

  async #sleep(ms: number): Promise<void> {
    try {
      await this.#world.clock.sleep(ms, this.#options.signal);
    } catch (thrown) {
      throw abandoned(this.#connection.node, thrown);
    }
  }

  async #live(argv: readonly string[], script?: Program): Promise<number> {
    await readyToJudge(argv);
    const steps = this.#steps(argv, script);
    for (;;) {
      const next = steps.next();
      if (next.done === true) return next.value;
      await this.pass(next.value);
    }
  }

  #steps(argv: readonly string[], script?: Program): Steps {
    const { machine } = this.#connection;
    const world = this.#world;
    const around = {
      stdin: this.#options.stdin,
      root: this.#options.root,
      product: world.product,
      out: (text: string) => this.#output.write(text, 'stdout'),
      err: (text: string) => this.#output.write(text, 'stderr'),
      look: <Result>(
        see: (own: ReturnType<typeof machineOf>, state: Parameters<typeof machineOf>[0], now: number) => Result,
      ) => world.look((state, now) => see(machineSeen(state, machine), state, now)),
      change: <Result>(
        act: (own: ReturnType<typeof machineOf>, state: Parameters<typeof machineOf>[0], now: number) => Result,
      ) => world.change((state, now) => act(machineOf(state, machine), state, now)),
    };
    return start(programs, around, argv, script);
  }

  #strike(argv: readonly string[]): ScenarioFault | undefined {
    const { scenario } = this.#world;
    if (!concerns(scenario, this.#connection.machine, argv)) return undefined;
    return this.#world.change((state) => strike(state, scenario, machineOf(state, this.#connection.machine), argv));
  }

  async #goWrong(fault: ScenarioFault, argv: readonly string[], script?: Program): Promise<number> {
    const does = fault.does;
    switch (does.kind) {
      case 'end':
        await this.pass(does.afterSeconds * 1000);
        this.#output.write(does.stdout, 'stdout');
        this.#output.write(does.stderr, 'stderr');
        return does.code;
      case 'code':
        await this.#live(argv, script);
        this.#output.write(does.stderr, 'stderr');
        return does.code;
      case 'hang':
        await this.pass(Number.MAX_SAFE_INTEGER);
        return 1;
      case 'drop':
        return this.#drop(does.afterSeconds * 1000, argv, script);
      case 'cut':
        this.#world.change((state) => {
          machineOf(state, this.#connection.machine).joinCut = does.at;
        });
        return this.#live(argv, script);
      case 'output':
        this.#output.endAfter(does.bytes);
        this.#world.change((state) => {
          if (argv[0] === 'start-join') machineOf(state, this.#connection.machine).joinOutput = does.bytes;
        });
        return this.#live(argv, script);
      case 'power':
        this.#cutPower(does.afterSeconds, does.backAfterSeconds);
        return this.#live(argv, script);
    }
  }

  /** The command goes on without us: what it does is done when the connection breaks. */
  async #drop(ms: number, argv: readonly string[], script?: Program): Promise<never> {
    const steps = this.#steps(argv, script);
    const end = this.#spent + ms;
    for (let next = steps.next(); next.done !== true; next = steps.next()) {
      const left = end - this.#spent;
      if (left > 0) await this.pass(Math.min(left, next.value));
    }
    return this.#breakOff();
  }

  #cutPower(afterSeconds: number, backAfterSeconds: number | undefined): void {
    const { machine } = this.#connection;
    this.#world.change((state, now) => {
      const off = now + afterSeconds * 1000;
      at(state, off, { kind: 'power-off', machine });
      if (backAfterSeconds !== undefined) at(state, off + backAfterSeconds * 1000, { kind: 'power-on', machine });
    });
  }
}
