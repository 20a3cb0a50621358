import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ArgsDef } from 'citty';
import { Fault } from '../errors/fault.ts';
import { type Files, filesUnder } from '../site/files.ts';

/** Flags that every verb takes. */
export const globalFlags = {
  site: {
    type: 'string',
    valueHint: 'FILE',
    description: 'The site file. Default: etc/kloudspot/site.yaml under the root.',
  },
  root: { type: 'string', valueHint: 'DIR', description: 'Where all files of the program lie (also KLOUDSPOT_ROOT).' },
  rehearse: {
    type: 'string',
    valueHint: 'SCENARIO',
    description: 'Against simulated nodes: nothing real is touched. Default scenario: the one under way, else healthy.',
  },
  speed: {
    type: 'string',
    valueHint: 'N',
    description: 'In a rehearsal: how many times faster than real time. Default 20.',
  },
  yes: { type: 'boolean', alias: 'y', description: 'Ask nothing; fail with a list where an answer is missing.' },
  plain: { type: 'boolean', description: 'Line by line, without a single control code.' },
  json: { type: 'boolean', description: 'Print facts as JSON.' },
  color: { type: 'boolean', default: true, negativeDescription: 'No colours (also NO_COLOR).' },
  ascii: { type: 'boolean', description: 'Only ASCII signs on screen.' },
  verbose: { type: 'boolean', description: 'Say more: commands as they run, causes of faults.' },
  'accept-new-host-keys': {
    type: 'boolean',
    description:
      'Pin host keys not seen before, after printing their fingerprints. A changed key is refused all the same.',
  },
  'password-file': {
    type: 'string',
    valueHint: 'FILE',
    description: 'Login and sudo passwords, from a file of mode 0600.',
  },
  'password-fd': { type: 'string', valueHint: 'N', description: 'The same from an open file descriptor.' },
} as const satisfies ArgsDef;

export interface RehearsalChoice {
  readonly scenario: string | undefined;
  /** How many times faster than real time. */
  readonly speed: number;
}

/** The global flags, understood. */
export interface Settings {
  readonly files: Files;
  /** Absolute path of the site file. */
  readonly site: string;
  /** True when --site was given. */
  readonly siteGiven: boolean;
  /** `scenario` undefined: the one that is under way under this root, else the healthy one. */
  readonly rehearsal: RehearsalChoice | undefined;
  readonly yes: boolean;
  readonly plain: boolean;
  readonly json: boolean;
  readonly color: boolean;
  readonly ascii: boolean;
  readonly verbose: boolean;
  readonly acceptNewHostKeys: boolean;
  readonly passwordFile: string | undefined;
  readonly passwordFd: number | undefined;
}

interface FlagValues {
  readonly site?: string | undefined;
  readonly root?: string | undefined;
  readonly rehearse?: string | undefined;
  readonly speed?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly plain?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly color?: boolean | undefined;
  readonly ascii?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly 'accept-new-host-keys'?: boolean | undefined;
  readonly 'password-file'?: string | undefined;
  readonly 'password-fd'?: string | undefined;
}

export function settingsFrom(flags: FlagValues, env: NodeJS.ProcessEnv = process.env): Settings {
  const rehearsal =
    flags.rehearse === undefined
      ? undefined
      : { scenario: scenarioFrom(flags.rehearse), speed: speedFrom(flags.speed) };
  const files = filesUnder(resolve(flags.root || env.KLOUDSPOT_ROOT || defaultRoot(rehearsal !== undefined, env)));
  return {
    files,
    site: flags.site ? resolve(flags.site) : files.site,
    siteGiven: Boolean(flags.site),
    rehearsal,
    yes: flags.yes ?? false,
    plain: flags.plain ?? false,
    json: flags.json ?? false,
    color: (flags.color ?? true) && !env.NO_COLOR,
    ascii: (flags.ascii ?? false) || !speaksUtf8(env),
    verbose: flags.verbose ?? false,
    acceptNewHostKeys: flags['accept-new-host-keys'] ?? false,
    passwordFile: flags['password-file'] ? resolve(flags['password-file']) : undefined,
    passwordFd: flags['password-fd'] === undefined ? undefined : descriptorFrom(flags['password-fd']),
  };
}

/** As root the real places; as anybody else, and in a rehearsal, a folder of one's own. */
function defaultRoot(rehearsing: boolean, env: NodeJS.ProcessEnv): string {
  if (!rehearsing && process.getuid?.() === 0) return '/';
  const state = env.XDG_STATE_HOME || join(homedir(), '.local/state');
  return join(state, rehearsing ? 'kloudspot-rehearsal' : 'kloudspot');
}

/** A scenario's name, or the path of its file: absolute, as the run's process lives elsewhere. */
function scenarioFrom(text: string): string | undefined {
  return /\/|\.ya?ml$/.test(text) ? resolve(text) : text || undefined;
}

function speedFrom(text: string | undefined): number {
  if (text === undefined) return 20;
  const speed = Number(text);
  // A million is as good as no waiting at all, and unlike Infinity it can be stored.
  if (text.trim() !== '' && speed > 0) return Math.min(speed, 1_000_000);
  throw new Fault({ what: `--speed ${text} is not a number above 0.`, next: ['Write for example --speed 60.'] });
}

function descriptorFrom(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Fault({
    what: `--password-fd ${text} is not a file descriptor.`,
    next: ['Write for example --password-fd 3 3<passwords.yaml'],
  });
}

function speaksUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (env.TERM === 'linux' || env.TERM?.startsWith('vt')) return false;
  return locale === undefined || locale === '' ? env.SSH_CONNECTION === undefined : /utf-?8/i.test(locale);
}
