import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Fault } from '../errors/fault.ts';
import { isOfShell } from '../host/read-text-now.ts';
import { type Files, filesUnder } from '../site/files.ts';
import { calledWith } from '../text/command.ts';
import { speaksUtf8 } from '../text/speaks-utf8.ts';

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

/** Understands the flags. From here on, commands that are printed repeat those that name the site. */
export function settingsFrom(flags: FlagValues, env: NodeJS.ProcessEnv = process.env): Settings {
  calledWith(repeated(flags), underSudo(env));
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

/** Whether root's rights came from sudo. */
export const underSudo = (env: NodeJS.ProcessEnv): boolean => env.SUDO_UID !== undefined && process.getuid?.() === 0;

/** Where the site file is written, and where later verbs find it: not the pipe of a shell, but the usual place. */
export const siteHome = ({ site, files }: Pick<Settings, 'site' | 'files'>): string =>
  isOfShell(site) ? files.site : site;

/** The site file, for a verb that changes it. Throws `Fault` (exit code 2) for the pipe of a shell, which is only read. */
export function siteToChange({ site, files }: Pick<Settings, 'site' | 'files'>): string {
  if (!isOfShell(site)) return site;
  throw new Fault({
    what: 'The site file is a pipe: the changes of this command cannot be written back.',
    where: site,
    unchanged: true,
    next: [`Name the file itself: --site FILE. Left out, it is ${files.site}`],
  });
}

/** Flags that name the site. Paths are whole, so that a command works from every folder; a pipe is gone after the first. */
function repeated({ rehearse, root, site }: FlagValues): string[] {
  const scenario = rehearse === undefined ? undefined : scenarioFrom(rehearse);
  return [
    ...(rehearse === undefined ? [] : [scenario === undefined ? '--rehearse' : `--rehearse=${scenario}`]),
    ...(root ? [`--root=${resolve(root)}`] : []),
    ...(site && !isOfShell(resolve(site)) ? [`--site=${resolve(site)}`] : []),
  ];
}

/** As root the real places; as anyone else, and in a rehearsal, a folder of one's own. */
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
