// What a claim is asked with: the program as an operator calls it, and a shell on each machine. Every command is recorded.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import * as z from 'zod';

/** The built program of this checkout. */
export const program = resolve(import.meta.dirname, '../../bin/kloudspot');

const siteSchema = z.object({
  nodes: z
    .array(
      z.object({
        name: z.string(),
        reach: z.string(),
        role: z.enum(['manager', 'worker']).default('manager'),
        local: z.boolean().default(false),
        access: z.object({ user: z.string(), key: z.string().optional(), port: z.number().default(22) }).optional(),
      }),
    )
    .min(1),
  network: z.object({ virtualAddress: z.string().optional() }),
  customer: z.object({ dnsName: z.string() }),
});
export type AcceptedSite = z.output<typeof siteSchema>;
export type AcceptedNode = AcceptedSite['nodes'][number];

export const readSite = (path: string): AcceptedSite => siteSchema.parse(parse(readFileSync(path, 'utf8')));

/** One command as it went. `on`: a node's name, or `here`. */
export const commandSchema = z.object({
  on: z.string(),
  command: z.string(),
  code: z.number(),
  stdout: z.string(),
  stderr: z.string(),
  seconds: z.number(),
});
export type Command = z.output<typeof commandSchema>;

export interface SceneOptions {
  readonly site: string;
  /** Root of the program's own files. */
  readonly root: string;
  readonly passwordFile?: string | undefined;
}

export class Scene {
  readonly site: AcceptedSite;
  readonly #options: SceneOptions;
  readonly #secrets: readonly string[];
  #commands: Command[] = [];

  constructor(options: SceneOptions) {
    this.#options = options;
    this.site = readSite(options.site);
    this.#secrets = options.passwordFile === undefined ? [] : secretsOf(readFileSync(options.passwordFile, 'utf8'));
  }

  get root(): string {
    return this.#options.root;
  }

  get managers(): AcceptedNode[] {
    return this.site.nodes.filter(({ role }) => role === 'manager');
  }

  /** What was run since the last call. */
  take(): Command[] {
    const taken = this.#commands;
    this.#commands = [];
    return taken;
  }

  /** The built program with this site. `kill`: `kill -9` after so many ms, as when the machine loses its power. */
  program(words: string, more: { readonly root?: string; readonly kill?: number } = {}): Promise<Command> {
    const { site, root, passwordFile } = this.#options;
    const argv = [...words.split(' '), '--site', site, '--root', more.root ?? root, '--yes'];
    if (passwordFile !== undefined) argv.push('--password-file', passwordFile);
    const killed = more.kill === undefined ? {} : { timeout: more.kill, killSignal: 'SIGKILL' as const };
    return this.#run('here', program, argv, killed);
  }

  here(program: string, ...argv: readonly string[]): Promise<Command> {
    return this.#run('here', program, argv);
  }

  /** A shell command as root on a machine. */
  onNode({ name, local, reach, access }: AcceptedNode, command: string): Promise<Command> {
    if (local) return this.#run(name, 'sudo', ['-n', 'bash', '-c', command]);
    const options = ['BatchMode=yes', 'ConnectTimeout=10', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];
    const key = access?.key === undefined ? [] : ['-i', access.key];
    const to = [...options.flatMap((option) => ['-o', option]), ...key, '-p', String(access?.port ?? 22)];
    const where = access === undefined ? reach : `${access.user}@${reach}`;
    return this.#run(name, 'ssh', ['-q', ...to, where, `sudo -n bash -c ${quoted(command)}`]);
  }

  /** The same on all of them, side by side; output by name. */
  async onEach(nodes: readonly AcceptedNode[], command: string): Promise<{ node: AcceptedNode; said: Command }[]> {
    return Promise.all(nodes.map(async (node) => ({ node, said: await this.onNode(node, command) })));
  }

  /** What kubectl prints as JSON, asked on the first manager that answers. */
  async objects(words: string): Promise<z.output<typeof listSchema>['items']> {
    for (const manager of this.managers) {
      const said = await this.onNode(manager, `microk8s kubectl get ${words} -o json`);
      if (said.code === 0) return listSchema.parse(JSON.parse(said.stdout)).items;
    }
    throw new Error('No manager answers kubectl.');
  }

  async #run(on: string, program: string, argv: readonly string[], options: object = {}): Promise<Command> {
    const began = performance.now();
    const result = await execa(program, argv, { reject: false, stdin: 'ignore', maxBuffer: 20_000_000, ...options });
    const command = {
      on,
      command: this.#shown([program, ...argv].join(' ')),
      code: result.exitCode ?? 137,
      stdout: this.#shown(String(result.stdout ?? '')),
      stderr: this.#shown(String(result.stderr ?? '')),
      seconds: Math.round(performance.now() - began) / 1000,
    };
    this.#commands.push(command);
    return command;
  }

  #shown(text: string): string {
    return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, '<secret>'), text);
  }
}

const object = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({}).default({}),
  status: z.looseObject({}).default({}),
});
const listSchema = z.object({ items: z.array(object) });

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** Every text that stands as a value in a password file. */
function secretsOf(text: string): string[] {
  const values = (part: unknown): string[] =>
    typeof part === 'string'
      ? [part]
      : part !== null && typeof part === 'object'
        ? Object.values(part).flatMap(values)
        : [];
  return values(parse(text)).filter((each) => each.length > 3);
}
