import { parse } from 'yaml';
import * as z from 'zod';
import { acting, said } from './messages.ts';

export interface DatastoreMember {
  /** IPv4 literal without its port. */
  readonly address: string;
  readonly role: 'voter' | 'standby' | 'spare';
}

/**
 * What `microk8s status --format yaml` said. `worker` and `stopped` are plain words with exit code 0;
 * `running` means that this node's API answers and some node is Ready, no more.
 */
export type MicroK8sStatus =
  | {
      readonly state: 'running';
      readonly members: readonly DatastoreMember[];
      /** Names of the addons that MicroK8s calls enabled: a word, not an end state. */
      readonly addons: readonly string[];
    }
  | { readonly state: 'not-ready'; readonly members: readonly DatastoreMember[] }
  | { readonly state: 'stopped' | 'worker' | 'low-memory' | 'no-permission' | 'absent' }
  | { readonly state: 'unknown'; readonly said: string };

/** A key without a value is an empty text when every scalar is read as text. */
const rows = <Row extends z.ZodType>(row: Row) =>
  z.preprocess((value) => (value === '' ? [] : value), z.array(row)).default([]);
const schema = z.object({
  microk8s: z.object({ running: z.string() }),
  'high-availability': z.object({ nodes: rows(z.object({ address: z.string(), role: z.string() })) }).optional(),
  addons: rows(z.object({ name: z.string(), status: z.string() })),
});

/** Reads it with every scalar a string: versions are printed unquoted, `5.0` among them. */
export function parseMicroK8sStatus(output: {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}): MicroK8sStatus {
  if (output.code === 127) return { state: 'absent' };
  if (!/^microk8s:/m.test(output.stdout)) return plainAnswer(`${output.stdout}\n${output.stderr}`);
  const read = schema.safeParse(tree(output.stdout));
  if (!read.success) return { state: 'unknown', said: firstLine(output.stdout) };
  const members = (read.data['high-availability']?.nodes ?? []).map(
    ({ address, role }): DatastoreMember => ({
      address: address.replace(/:\d+$/, ''),
      role: role === 'voter' || role === 'standby' ? role : 'spare',
    }),
  );
  if (read.data.microk8s.running !== 'True') return { state: 'not-ready', members };
  const addons = read.data.addons.filter(({ status }) => status === 'enabled').map(({ name }) => name);
  return { state: 'running', members, addons };
}

function tree(text: string): unknown {
  try {
    return parse(text, { schema: 'failsafe', logLevel: 'error' });
  } catch {
    return undefined;
  }
}

function plainAnswer(output: string): MicroK8sStatus {
  const includes = (words: string) => output.includes(words);
  if (includes(acting)) return { state: 'worker' };
  if (includes(said('stopped').text)) return { state: 'stopped' };
  if (includes(firstLine(said('noPermission').text))) return { state: 'no-permission' };
  if (includes(firstLine(said('lowMemory').text))) return { state: 'low-memory' };
  if (includes(said('notReady').text)) return { state: 'not-ready', members: [] };
  return { state: 'unknown', said: firstLine(output) };
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

/** In plain words, for a message. */
export function sayStatus(status: MicroK8sStatus): string {
  switch (status.state) {
    case 'running':
      return `MicroK8s runs, ${voters(status.members)} of its datastore`;
    case 'not-ready':
      return 'MicroK8s does not answer yet';
    case 'stopped':
      return 'MicroK8s is stopped (microk8s start starts it)';
    case 'worker':
      return 'MicroK8s runs as a worker';
    case 'low-memory':
      return 'MicroK8s refuses to run: too little memory';
    case 'no-permission':
      return 'no permission to ask MicroK8s';
    case 'absent':
      return 'MicroK8s is not installed';
    case 'unknown':
      return `MicroK8s said: ${status.said || 'nothing'}`;
  }
}

function voters(members: readonly DatastoreMember[]): string {
  const count = members.filter(({ role }) => role === 'voter').length;
  return count === 1 ? '1 voting member' : `${count} voting members`;
}
