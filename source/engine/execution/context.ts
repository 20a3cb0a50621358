import type { Clock, Command, FileToWrite, Host, HostPool, HostTarget, RunResult } from '../../host/host.ts';
import type { StepContext, StepRunOptions, Wait } from '../../plan/step.ts';
import { StepFault } from '../../plan/step-fault.ts';
import type { Product } from '../../product/schema.ts';
import type { Files } from '../../site/files.ts';
import type { Site } from '../../site/schema.ts';
import { defined } from '../../text/defined.ts';
import { spokenLines } from '../../text/spoken-lines.ts';
import type { Journal } from '../journal/journal.ts';
import { hidden, type Mask } from '../journal/masking.ts';
import { openOutput } from '../journal/output-file.ts';
import type { StepPast } from '../journal/past.ts';
import { CommandOutput } from './command-output.ts';
import { keptLine, shownCommand } from './messages.ts';
import { waitUntil } from './wait-until.ts';

export type HostPins = StepContext['trustHostKeys'];

/** What all steps of a run share. */
export interface RunWorld {
  readonly site: Site;
  readonly product: Product;
  readonly files: Files;
  readonly targets: readonly HostTarget[];
  readonly hosts: HostPool;
  readonly clock: Clock;
  readonly journal: Journal;
  /** The run's folder, where the output of commands is kept beside the journal. */
  readonly directory?: string;
  readonly mask: Mask;
  /** Pins host keys of a node, in the place of or beside those that are pinned. */
  readonly trustHostKeys?: HostPins;
  /** Of the user of the site's registry. */
  readonly registrySecret?: () => Promise<string>;
  /** Takes what only we can make sense of: the stack of a bug in the program. */
  readonly complain?: (text: string) => void;
}

/** The world as one attempt at one step sees it: every change leaves its trace in the journal, every secret is masked there. */
export function stepContext(world: RunWorld, step: string, past: StepPast, signal: AbortSignal): StepContext {
  const remembered = new Map(past.remembered);
  const journal = (event: Parameters<Journal['write']>[0]) => world.journal.write(event);
  const note = (event: Parameters<Journal['write']>[0]) => void journal(event).catch(() => undefined);
  const open = (node: string) => openHost(world, node, signal);
  return {
    site: world.site,
    product: world.product,
    files: world.files,
    clock: world.clock,
    signal,
    look: open,
    run: async (node, command, options = {}) => runCommand({ world, step, host: await open(node) }, command, options),
    write: async (node, file) => writeFile({ world, step, host: await open(node) }, file),
    until: (wait: Wait) => waitUntil(wait, { step, clock: world.clock, signal, note }),
    progress: (text, fraction) => note({ type: 'progress', step, text, ...defined({ fraction }) }),
    registrySecret: async () => (await world.registrySecret?.()) ?? notGiven(),
    conceal: (secret) => world.mask.add(secret),
    remember: (key, value) => {
      if (remembered.has(key)) return;
      remembered.set(key, value);
      note({ type: 'remembered', step, key, value });
    },
    recall: (key) => recalled(key, remembered.get(key)),
    trustHostKeys: async (node, keys, how) => (world.trustHostKeys ?? noPins)(node, keys, how),
    reconnect: (node) => world.hosts.forget(node),
  };
}

function noPins(): never {
  throw new Error('This run was given no way to pin host keys.');
}

function notGiven(): never {
  throw new Error('This run was given no way to the secret of the registry.');
}

/** A text with a hole where a secret was is nothing to go back to. */
function recalled(key: string, value: string | undefined): string | undefined {
  if (!value?.includes(hidden)) return value;
  throw new StepFault({
    tried: `remember ${key}`,
    seen: 'it holds a secret, which no journal keeps',
    next: ['Put this back by hand; the journal shows what was changed.'],
  });
}

/** The node's host, whose commands end when the step has to. */
async function openHost(world: RunWorld, node: string, signal: AbortSignal): Promise<Host> {
  signal.throwIfAborted();
  const target = world.targets.find((candidate) => candidate.node === node);
  if (target === undefined) throw new Error(`The plan names no way to reach ${node}.`);
  const host = await world.hosts.get(target);
  return {
    name: host.name,
    access: host.access,
    run: (command, options) => {
      signal.throwIfAborted();
      return host.run(command, { signal, ...options });
    },
    readFile: (path) => host.readFile(path),
    writeFile: (file) => {
      signal.throwIfAborted();
      return host.writeFile(file);
    },
    // The pool owns the connection, which other steps use as well.
    close: async () => undefined,
  };
}

interface Place {
  readonly world: RunWorld;
  readonly step: string;
  readonly host: Host;
}

async function runCommand(place: Place, command: Command, options: StepRunOptions): Promise<RunResult> {
  const { world, step, host } = place;
  const { journal, clock } = world;
  const node = host.name;
  const { allow = [0], shown = shownCommand(command), secretOutput = false, causes, next, onLine, ...rest } = options;
  await journal.write({ type: 'command', step, node, command: shown });
  const begun = clock.elapsed();
  const output = await outputOf(place, shown);
  const listen: StepRunOptions['onLine'] = (line, stream) => {
    onLine?.(line, stream);
    return secretOutput ? undefined : output.add(line, stream);
  };
  const result = await host.run(command, { ...rest, onLine: listen }).finally(() => output.end());
  await journal.write({
    type: 'command-ended',
    step,
    node,
    code: result.code,
    durationMs: Math.round(clock.elapsed() - begun),
  });
  if (allow.includes(result.code)) return result;
  throw new StepFault({
    tried: shown.join(' '),
    seen: `exit code ${result.code}: ${secretOutput ? 'output hidden (secret)' : lastWords(result) || 'no output'}`,
    where: node,
    ...defined({ causes, next }),
  });
}

async function outputOf({ world, step, host }: Place, shown: readonly string[]): Promise<CommandOutput> {
  const { directory, mask, journal, clock } = world;
  const heading = mask.text(`${host.name}: ${shown.join(' ')}`);
  return new CommandOutput({
    step,
    node: host.name,
    file: directory === undefined ? undefined : await openOutput(directory, step, heading),
    hide: (text) => mask.text(text),
    note: (event) => void journal.write(event).catch(() => undefined),
    elapsed: () => clock.elapsed(),
  });
}

/** The last lines of what it complained about, else of what it said. */
function lastWords({ stdout, stderr }: RunResult): string {
  const said = stderr.trim() === '' ? stdout : stderr;
  return spokenLines(said).map(keptLine).filter(Boolean).slice(-3).join(' / ');
}

/**
 * The journal hears of the file before the file is written: a kill between the two then loses no text that an undo needs.
 */
async function writeFile(place: Place, file: FileToWrite & { readonly secret?: boolean }): Promise<void> {
  const { world, step, host } = place;
  const { secret = false, ...wanted } = file;
  const before = secret ? undefined : await host.readFile(file.path);
  await world.journal.write({
    type: 'file-written',
    step,
    node: host.name,
    path: file.path,
    secret,
    ...defined({ before }),
  });
  await host.writeFile(wanted);
}
