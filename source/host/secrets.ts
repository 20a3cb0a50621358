import { readFile } from 'node:fs';
import { promisify } from 'node:util';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { Fault } from '../errors/fault.ts';
import { defined } from '../text/defined.ts';
import type { Secrets } from './host.ts';
import { readPrivateFile } from './private-file.ts';

const password = z
  .string()
  .min(1)
  .regex(/^[^\n\r\0]+$/, 'one line');
const pair = { login: password.optional(), sudo: password.optional() };
const snapshotSchema = z.strictObject({
  ...pair,
  registry: password.optional(),
  nodes: z.record(z.string(), z.strictObject(pair)).default({}),
});

/** Passwords as plain data: for a pipe to the run process, never for a file. */
export type PasswordSnapshot = z.input<typeof snapshotSchema>;

type Kind = 'login' | 'sudo';

/** Passwords in memory. The fields are private, so that no log, no JSON and no `inspect` shows them. */
export class Passwords implements Secrets {
  readonly #everywhere: Partial<Record<Kind, string>> = {};
  readonly #byNode = new Map<string, Partial<Record<Kind, string>>>();
  #registry: string | undefined;

  /** Throws a `Fault` for data of another shape; its text holds none of the data. */
  static from(data: unknown): Passwords {
    const parsed = snapshotSchema.safeParse(data ?? {});
    if (!parsed.success) throw wrongShape(parsed.error);
    const passwords = new Passwords();
    const { nodes, registry, ...everywhere } = parsed.data;
    passwords.#registry = registry;
    passwords.#take(undefined, everywhere);
    for (const [node, own] of Object.entries(nodes)) passwords.#take(node, own);
    return passwords;
  }

  /** Keeps a password for one node, or for every node that has none of its own. */
  give(node: string | undefined, kind: Kind, text: string): void {
    if (!password.safeParse(text).success) throw new Fault({ what: 'A password is one line and not empty.' });
    if (node === undefined) this.#everywhere[kind] = text;
    else this.#byNode.set(node, { ...this.#byNode.get(node), [kind]: text });
  }

  login(node: string): string | undefined {
    return this.#byNode.get(node)?.login ?? this.#everywhere.login;
  }

  /** On Ubuntu sudo asks for the login password: that is what it gets unless it has one of its own. What is said of the node goes first. */
  sudo(node: string): string | undefined {
    const own = this.#byNode.get(node);
    return own?.sudo ?? own?.login ?? this.#everywhere.sudo ?? this.#everywhere.login;
  }

  /** Of the user of the site's registry. */
  registry(): string | undefined {
    return this.#registry;
  }

  all(): readonly string[] {
    const ofNodes = [this.#everywhere, ...this.#byNode.values()].flatMap(({ login, sudo }) => [login, sudo]);
    const texts = [...ofNodes, this.#registry];
    return [...new Set(texts.filter((text) => text !== undefined))];
  }

  snapshot(): PasswordSnapshot {
    return { ...this.#everywhere, ...defined({ registry: this.#registry }), nodes: Object.fromEntries(this.#byNode) };
  }

  #take(node: string | undefined, own: { login?: string | undefined; sudo?: string | undefined }): void {
    if (own.login !== undefined) this.give(node, 'login', own.login);
    if (own.sudo !== undefined) this.give(node, 'sudo', own.sudo);
  }
}

/**
 * Reads passwords from an open file descriptor or from a file that is ours and that no one else may read.
 * YAML or JSON: `login:`, `sudo:`, `registry:`, `nodes: { NAME: { login:, sudo: } }`, all optional.
 */
export async function readPasswords(source: { readonly fd?: number; readonly file?: string }): Promise<Passwords> {
  if (source.fd !== undefined) return understood(await readDescriptor(source.fd), `file descriptor ${source.fd}`);
  if (source.file !== undefined) return understood(await readPrivateFile(source.file, 'password file'), source.file);
  return new Passwords();
}

function understood(text: string, where: string): Passwords {
  // failsafe: a password of digits stays text
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'error' });
  // the parser's own words would quote the line
  const invalid = new Fault({ what: 'The passwords are not valid YAML.', where, next: [shapeHint] });
  if (document.errors.length > 0) throw invalid;
  try {
    return Passwords.from(document.toJS() || {});
  } catch (error) {
    if (!(error instanceof Fault)) throw invalid;
    throw new Fault({ what: error.message, where, next: error.next, ...(error.why ? { why: error.why } : {}) });
  }
}

const shapeHint = 'Write: login: "…", sudo: "…", registry: "…", and under nodes: a map of node names to the first two.';

function wrongShape(error: z.ZodError): Fault {
  const places = error.issues.map(({ path, code }) => `${path.join('.') || 'top level'}: ${code.replaceAll('_', ' ')}`);
  return new Fault({
    what: 'The passwords do not have the expected shape.',
    why: places.join('; '),
    next: [shapeHint],
  });
}

async function readDescriptor(fd: number): Promise<string> {
  try {
    return await promisify(readFile)(fd, 'utf8');
  } catch (cause) {
    throw new Fault({
      what: `The passwords could not be read from file descriptor ${fd}.`,
      why: 'It is not open for reading.',
      next: [`Open it on the command line: ${fd}<passwords.yaml`],
      cause,
    });
  }
}
