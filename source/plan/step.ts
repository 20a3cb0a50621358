import type * as z from 'zod';
import type { Clock, FileToWrite, ReadOnlyHost, RunOptions, RunResult, Script } from '../host/host.ts';
import type { Product } from '../product/schema.ts';
import type { Files } from '../site/files.ts';
import type { Site } from '../site/schema.ts';

/** One step as it is in `plan.json`: a kind and its parameters, never a function. */
export interface PlannedStep {
  /** Unique in the plan and stable between plans of one site: `hostname@ks-1`. */
  readonly id: string;
  readonly kind: string;
  /** The node it changes; undefined where it changes the cluster. */
  readonly node?: string;
  /** Steps of one group are one row on the run screen: `Host names`. */
  readonly group: string;
  readonly title: string;
  readonly why: string;
  readonly risk: 'none' | 'low' | 'dangerous';
  /** Runs only while nothing else runs: the machine that kloudspot runs on restarts in it. */
  readonly alone?: boolean;
  /** May run while its node has another step: it fetches what that one does not touch. */
  readonly beside?: boolean;
  /** Ids of steps that must be done first. */
  readonly needs: readonly string[];
  /** ms; on expiry the step fails and says what it waited for. */
  readonly deadline: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly commands: readonly PlannedCommand[];
  readonly files: readonly PlannedFile[];
  readonly undoable: boolean;
  /** The key under which it remembers that it made what its undo removes. Without that key it found that there and only fixed it. */
  readonly madeUnder?: string;
  readonly skippable: boolean;
  /**
   * Facts that it changes, as keys of the plan's basis: they do not count as drift on resume.
   * `hostname` is that of its own node, `microk8s@ks-1` that of another.
   */
  readonly changes: readonly string[];
}

/** One command exactly as the step will run it. What is known only then is in angle brackets: `<token>`. */
export interface PlannedCommand {
  /** Unique in its step: the step runs the command by this name. */
  readonly name: string;
  readonly node: string;
  readonly command: readonly string[] | Script;
  readonly sudo: boolean;
  /** What goes to standard input, where it may be shown. */
  readonly stdin?: string;
  readonly note?: string;
  /** Run only in this case, said in plain words: `the join fails`. Commands without it always run, in this order. */
  readonly when?: string;
}

/** A file exactly as the step will write it. */
export interface PlannedFile {
  readonly node: string;
  readonly path: string;
  readonly content: string;
  readonly mode: number;
  readonly owner?: string;
  /** Content is not shown, nor kept in plan or journal; it is made when the step runs. */
  readonly secret?: boolean;
  /** What is there now, for the diff. */
  readonly before?: string;
}

/** A step remembers it once it has put an earlier state in force again: the files that the run wrote on the workstation go back too. */
export const rolledBackMark = 'rolled-back';

/** What a state check sees of the world: it only looks, once, and waits for nothing. A plan is shown with it, too. */
export interface LookContext {
  readonly site: Site;
  readonly product: Product;
  readonly files: Files;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A host to look with: nothing is written through it, and the journal does not show it. Changes go through `run` and `write`. */
  look(node: string): Promise<ReadOnlyHost>;
  progress(text: string, fraction?: number): void;
  /** Of the user of the site's registry. Throws `Fault` where it was not given or cannot be read. */
  registrySecret(): Promise<string>;
  /** Masks a secret that came up (a join token, the login of a registry) from now on. */
  conceal(secret: string): void;
  recall(key: string): string | undefined;
  /** After a reboot or a change of address: the next look or run connects again. */
  reconnect(node: string): Promise<void>;
}

/** What a step sees of the world while it runs. Every change goes through it, so that the journal is complete. */
export interface StepContext extends LookContext {
  /** Runs a command on a node and journals it with its lines. Throws `StepFault` when the exit code is not 0 and `allow` does not hold it. */
  run(node: string, command: readonly string[] | Script, options?: StepRunOptions): Promise<RunResult>;
  write(node: string, file: FileToWrite & { readonly secret?: boolean }): Promise<void>;
  /** Asks `probe` again and again until it says ready. On expiry throws `StepFault` with the last thing seen, causes and next commands. */
  until(wait: Wait): Promise<void>;
  /** For the undo and for later attempts, also after a resume. A key keeps its first value until the step is undone: what a later attempt sees may be its own work. */
  remember(key: string, value: string): void;
  /** Pins these keys (lines of a public key) for the node. `besideOld`: what is pinned now stays trusted too. */
  trustHostKeys(node: string, keys: readonly string[], how: { readonly besideOld: boolean }): Promise<void>;
}

export interface StepRunOptions extends RunOptions {
  /** Exit codes that are not a failure. Default [0]. */
  readonly allow?: readonly number[];
  /** Its output carries a secret (a join token): the lines are not journaled. */
  readonly secretOutput?: boolean;
  /** How the journal shows it, where an argument must not be seen. */
  readonly shown?: readonly string[];
  /** Likely causes and next steps for the operator when it fails. */
  readonly causes?: readonly string[];
  readonly next?: readonly string[];
}

export interface Wait {
  readonly for: string;
  /** ms from now. */
  readonly deadline: number;
  /** ms between probes. Default 2 000. */
  readonly every?: number;
  /** ms for which every probe has to say ready, one after the other. Default 0: once is enough. */
  readonly steady?: number;
  /** `hopeless`: waiting longer cannot help. */
  readonly probe: () => Promise<StateCheck & { readonly hopeless?: boolean }>;
  readonly causes?: readonly string[];
  readonly next?: readonly string[];
}

/** Whether the wanted state is there, and what was observed; the text is shown either way. */
export interface StateCheck {
  readonly ok: boolean;
  readonly observed: string;
  /** What was asked did not answer: `ok` is false, and nothing else is known. */
  readonly silent?: true;
}

/** A kind of step among others: what its parameters are, it alone knows. */
export interface AnyStepKind {
  readonly kind: string;
  readonly parameters: z.ZodType;
  state(context: LookContext, parameters: unknown, step: PlannedStep): Promise<StateCheck>;
  act(context: StepContext, parameters: unknown, step: PlannedStep): Promise<void>;
  undo?(context: StepContext, parameters: unknown, step: PlannedStep): Promise<string>;
  /** `madeUnder` of its steps. None where `undo` has something to do after every command. */
  madeUnder?(step: Pick<PlannedStep, 'files'>): string | undefined;
}

/**
 * A kind of step. `state` looks at the end state, never at an exit code; it is used before and after `act`.
 * `act` runs exactly the commands and writes exactly the files of its planned step, with its placeholders filled in.
 * `undo` gives what it saw at its end, and throws where what the step changed is still there (`untilGone`).
 */
export interface StepKind<Schema extends z.ZodType> extends AnyStepKind {
  readonly parameters: Schema;
  /** A property, not a method: a check that takes more than a `LookContext` does not compile. */
  readonly state: (context: LookContext, parameters: z.output<Schema>, step: PlannedStep) => Promise<StateCheck>;
  act(context: StepContext, parameters: z.output<Schema>, step: PlannedStep): Promise<void>;
  undo?(context: StepContext, parameters: z.output<Schema>, step: PlannedStep): Promise<string>;
}

/** What a run knows of a step that it began. */
interface StepTrace {
  /** It ran a command or wrote a file that was not undone since. */
  readonly touched: boolean;
  readonly remembers: (key: string) => boolean;
}

/** Whether a step left something behind that its undo removes or brings back: what it found there and only fixed stays. */
export const leftUndoable = (
  { undoable, madeUnder }: Pick<PlannedStep, 'undoable' | 'madeUnder'>,
  { touched, remembers }: StepTrace,
): boolean => undoable && touched && (madeUnder === undefined || remembers(madeUnder));
