import * as z from 'zod';
import { raw } from './raw.ts';

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
export type AgentErrorName = (typeof agentErrors)[number];

export const known = z
  .strictObject({
    onWorker: z.record(z.string(), message),
    acting: z.string(),
    needStarted: z.array(z.string()),
    said: z.record(z.enum(names), message),
    agent: z.record(z.enum(agentErrors), agentError),
  })
  .parse(raw.messages);
