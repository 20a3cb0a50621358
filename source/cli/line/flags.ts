import type { ParseArgsConfig, ParseArgsOptionDescriptor } from 'node:util';

/** A flag as the parser of Node takes it, with what the help says about it. */
export interface Flag extends ParseArgsOptionDescriptor {
  readonly about: string;
  /** What the help calls its value. */
  readonly value?: string;
  /** The value may be left out: it is the empty text then. */
  readonly optional?: true;
  /** On unless `--no-NAME` is given. */
  readonly negative?: true;
}

export type Flags = Readonly<Record<string, Flag>>;

/** A word without a flag. */
export interface Operand {
  /** What the help calls it. */
  readonly name: string;
  readonly about: string;
  /** All words that it may be, where those are few. */
  readonly values?: readonly string[];
  /** How many words it takes. Default 1. */
  readonly words?: number;
  readonly required?: true;
}

/** As the usage line shows it. */
export const operandWords = ({ name, required }: Operand): string => (required ? name : `[${name}]`);

export interface ParserConfig<F extends Flags> extends ParseArgsConfig {
  options: F;
  strict: true;
  allowNegative: true;
  allowPositionals: true;
}

/** Flags that every verb takes. */
export const globalFlags = {
  site: { type: 'string', value: 'FILE', about: 'The site file. Default: etc/kloudspot/site.yaml under the root.' },
  root: { type: 'string', value: 'DIR', about: 'Folder of all files of the program (also KLOUDSPOT_ROOT).' },
  rehearse: {
    type: 'string',
    value: 'SCENARIO',
    optional: true,
    about: 'Use simulated nodes: nothing real is touched. Default scenario: the one under way, else healthy.',
  },
  speed: { type: 'string', value: 'N', about: 'In a rehearsal: how many times faster than real time. Default 20.' },
  yes: { type: 'boolean', short: 'y', about: 'Ask nothing; fail with a list where an answer is missing.' },
  plain: { type: 'boolean', about: 'Line by line, without control codes.' },
  json: { type: 'boolean', about: 'Print facts as JSON.' },
  color: { type: 'boolean', negative: true, about: 'No colours (also NO_COLOR).' },
  ascii: { type: 'boolean', about: 'Only ASCII characters on screen.' },
  verbose: { type: 'boolean', about: 'Print more: commands as they run, every check, causes of faults.' },
  'accept-new-host-keys': {
    type: 'boolean',
    about: 'Pin host keys not seen before, after printing their fingerprints. A changed key is refused all the same.',
  },
  'password-file': { type: 'string', value: 'FILE', about: 'Login and sudo passwords, from a file of mode 0600.' },
  'password-fd': { type: 'string', value: 'N', about: 'The same from an open file descriptor.' },
} as const satisfies Flags;

/** Of `init`. */
export const productFlag = {
  type: 'string',
  value: 'NAME|FILE',
  about: 'The product of a new site: one of templates/products, or a file.',
} as const;

/** Of `init`. */
export const bundleFlag = {
  type: 'string',
  value: 'FILE',
  about: 'Nodes without internet: install everything from this file of kloudspot bundle create.',
} as const;

/** For verbs that start or continue a run. */
export const takeOver = { type: 'boolean', about: 'Take the lock from a run that is gone or silent.' } as const;

/** For verbs that remove data: the typed name, given beforehand. */
export const confirmDataLoss = {
  type: 'string',
  value: 'NAME',
  about: 'Where data is removed: the name of the site, instead of typing it. --yes alone does not remove data.',
} as const;

/** For verbs that check before they change something. */
export const acceptFailure = {
  type: 'string',
  multiple: true,
  value: 'CHECK',
  about: 'Continue although this check fails; plan and journal record it. Once per check.',
} as const;

/** The operand of verbs about a run. */
export const runOperand: Operand = { name: 'RUN', about: 'The run, or the end of its id. Default: the last one.' };

/** The operand of verbs about a bundle. */
export const bundleOperand: Operand = { name: 'FILE', about: 'The bundle.', required: true };

/** `-y, --yes`, `--site FILE`, `--rehearse [SCENARIO]`, `--no-color`. */
export function flagWords(name: string, { short, value, optional, negative }: Flag): string {
  const shown = value === undefined ? '' : ` ${optional ? `[${value}]` : value}`;
  return `${short === undefined ? '' : `-${short}, `}--${negative ? 'no-' : ''}${name}${shown}`;
}
