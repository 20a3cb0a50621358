import { apiAnswers, clusterOf, needed } from '../../cluster/membership.ts';
import type { Machine } from '../../model/machine.ts';
import type { State } from '../../model/state.ts';
import { apiRefusal } from '../../node/certificates.ts';
import { isRunning } from '../../node/services.ts';
import { type Call, lastValue, type Options, optionsOf, type Program, refuse, type Steps, say } from '../call.ts';
import { apply } from './apply.ts';
import { cordon, patch, scale, taint } from './change.ts';
import { deleteObjects } from './delete.ts';
import { drain } from './drain.ts';
import { exec } from './exec.ts';
import { get } from './get.ts';
import { logs } from './logs.ts';
import type { Kubectl } from './request.ts';

const valued = [
  '-n',
  '--namespace',
  '-l',
  '--selector',
  '-o',
  '--output',
  '-f',
  '--filename',
  '-p',
  '--patch',
  '--type',
  '--replicas',
  '--timeout',
  '--field-selector',
  '--kubeconfig',
  '--request-timeout',
  '--field-manager',
  '-c',
  '--container',
  '--raw',
];

const verbs: Readonly<Record<string, (kubectl: Kubectl) => number | Steps>> = {
  apply,
  cordon,
  delete: deleteObjects,
  exec,
  drain,
  get,
  logs,
  patch,
  scale,
  taint,
  uncordon: cordon,
};

const noServer = 'The connection to the server 127.0.0.1:16443 was refused - did you specify the right host or port?';
/** ms that kubectl tries before it gives up on a server that does not answer. */
const giveUpMs = 8_000;

/** `microk8s kubectl …` on the objects of the machine's cluster. */
export const kubectl: Program = function* (call: Call): Steps {
  const options = optionsOf(call.words, valued);
  const [verb = '', ...words] = options.rest;
  yield 180;
  if (verb === 'version') return version(call, options);
  const act = verbs[verb];
  if (act === undefined) return refuse(call, `error: unknown command "${verb}" for "kubectl"`);
  if (!call.look((machine, state, now) => apiAnswers(state, machine, now))) {
    if (!call.look(isUntrusted)) yield giveUpMs;
    // What is asked for by its path needs no kinds.
    return lastValue(options, '--raw') === undefined ? undiscovered(call) : refuse(call, unreached(call).said);
  }
  const result = act({
    call,
    options,
    words,
    namespace: lastValue(options, '-n', '--namespace') ?? 'default',
    allNamespaces: options.flags.has('-A') || options.flags.has('--all-namespaces'),
    selector: lastValue(options, '-l', '--selector'),
    output: lastValue(options, '-o', '--output'),
    see: (look) => call.look((machine, state, now) => look(needed(clusterOf(state, machine)), now)),
    change: (change) => call.change((machine, state, now) => change(needed(clusterOf(state, machine)), now)),
  });
  return typeof result === 'number' ? result : yield* result;
};

function version(call: Call, options: Options): number {
  const server = call.look((machine) => machine.snaps['microk8s']?.version ?? '');
  const client = options.flags.has('--client') || lastValue(options, '--client') === 'true';
  if (client) return say(call, `Client Version: ${server}\nKustomize Version: v5.7.1`);
  const answers = call.look((machine, state, now) => apiAnswers(state, machine, now));
  if (lastValue(options, '-o', '--output') === 'json') {
    call.out(
      `${JSON.stringify({ clientVersion: { gitVersion: server }, ...(answers ? { serverVersion: { gitVersion: server } } : {}) }, undefined, 2)}\n`,
    );
  } else call.out(`Client Version: ${server}\n${answers ? `Server Version: ${server}\n` : ''}`);
  return answers ? 0 : refuse(call, unreached(call).said);
}

/** kubectl asks five times which kinds there are, logs each failure, and says the last one (recorded from kubectl 1.34). */
function undiscovered(call: Call): number {
  const { logged, said } = unreached(call);
  const time = call.look((_machine, _state, now) => new Date(now).toISOString());
  const stamp = `E${time.slice(5, 7)}${time.slice(8, 10)} ${time.slice(11, 23)}000   32000 memcache.go:265]`;
  const get = `Get \\"https://127.0.0.1:16443/api?timeout=32s\\"`;
  const line = `${stamp} "Unhandled Error" err="couldn't get current server API group list: ${get}: ${logged}"\n`;
  call.err(line.repeat(5));
  return refuse(call, said);
}

/** Why the API server is not reached, as the library logs it and as kubectl says it. */
function unreached(call: Call): { readonly logged: string; readonly said: string } {
  const refusal = call.look((machine, _state, now) => (isRunning(machine, now) ? apiRefusal(machine, now) : undefined));
  return refusal === undefined
    ? { logged: 'dial tcp 127.0.0.1:16443: connect: connection refused', said: noServer }
    : { logged: refusal, said: `Unable to connect to the server: ${refusal}` };
}

const isUntrusted = (machine: Machine, _state: State, now: number): boolean =>
  isRunning(machine, now) && apiRefusal(machine, now) !== undefined;
