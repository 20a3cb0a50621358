import * as z from 'zod';
import { raw } from './data/raw.ts';
import { folders } from './node.ts';

const message = z.strictObject({
  text: z.string(),
  stream: z.enum(['stdout', 'stderr']).default('stdout'),
  code: z.number().int().default(0),
  /** How exit code or text misleads. */
  lie: z.string().optional(),
});
/** What `microk8s` says in one situation, and the exit code with which it does. */
export type Message = z.output<typeof message>;
const agentError = z.strictObject({ text: z.string(), status: z.number().int() });

const names = [
  'stopped',
  'notReady',
  'noPermission',
  'lowMemory',
  'lowMemoryJoin',
  'contacting',
  'invalidConnection',
  'refused',
  'timedOut',
  'noRoute',
  'otherFingerprint',
  'agentRefused',
  'waitingToJoin',
  'joinedWorker',
  'joined',
  'notClustered',
  'onlyVoter',
  'configuring',
  'newCertificates',
  'waitingToStart',
  'removeWhat',
  'removeFlag',
  'nodeMissing',
  'nodeNotFound',
  'attempting',
  'removing',
  'registered',
  'tokenSize',
  'infer',
  'alreadyEnabled',
  'alreadyDisabled',
  'addonUnknown',
  'addonNotFound',
  'communityFlavor',
  'argumentStyles',
  'manyAddons',
  'notReached',
  'notARange',
  'ingressArgument',
  'certificates',
  'certificateFlag',
  'resetMany',
  'dbctlDown',
  'backingUp',
  'backedUp',
  'restoring',
] as const;
export type MessageName = (typeof names)[number];
const agentErrors = ['token', 'notHighlyAvailable', 'otherPort', 'sameAddress', 'hostname', 'known'] as const;

const known = z
  .strictObject({
    onWorker: z.record(z.string(), message),
    acting: z.string(),
    needStarted: z.array(z.string()),
    said: z.record(z.enum(names), message),
    agent: z.record(z.enum(agentErrors), agentError),
  })
  .parse(raw.messages);

/** The first words of what a worker answers instead of doing anything. */
export const acting = known.acting;
/** Verbs that refuse on a node that was stopped. */
export const needStarted: ReadonlySet<string> = new Set(known.needStarted);

/** What fills the gaps of a text, such as `{name}`. */
type Values = Readonly<Record<string, string | number>>;

function filled(text: string, values: Values): string {
  const all: Values = { acting: known.acting, data: folders.data, ...values };
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => String(all[name] ?? gap));
}

/** A message with its gaps filled. */
export function said(name: MessageName, values: Values = {}): Message {
  const found = known.said[name];
  return { ...found, text: filled(found.text, values) };
}

/** What a worker answers to a verb; undefined where it does what is asked. */
export function saidOnWorker(verb: string): Message | undefined {
  const found = known.onWorker[verb];
  return found && { ...found, text: filled(found.text, {}) };
}

/** How the cluster agent refuses a join: the text with a capital, and its HTTP status. */
export function refusalOf(name: (typeof agentErrors)[number], values: Values = {}) {
  const { text, status } = known.agent[name];
  const error = filled(text, values);
  return { error: `${error.charAt(0).toUpperCase()}${error.slice(1)}`, status };
}
