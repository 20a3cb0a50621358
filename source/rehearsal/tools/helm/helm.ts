import { apiAnswers, clusterOf, needed } from '../../cluster/membership.ts';
import { apiRefusal } from '../../node/certificates.ts';
import { type Call, lastValue, optionsOf, type Program, refuse, type Steps } from '../call.ts';
import { get, history, list, status } from './ask.ts';
import { login } from './login.ts';
import type { Helm } from './request.ts';
import { rollback, uninstall } from './rollback.ts';
import { upgrade } from './upgrade.ts';

const valued = [
  '-n',
  '--namespace',
  '-o',
  '--output',
  '-f',
  '--values',
  '--set',
  '--set-string',
  '--description',
  '--timeout',
  '--repo',
  '--version',
  '--revision',
  '--history-max',
  '--username',
  '--registry-config',
  '--repository-config',
  '--repository-cache',
];

const verbs: Readonly<Record<string, (helm: Helm) => number | Steps>> = {
  get,
  history,
  install: upgrade,
  list,
  ls: list,
  rollback,
  status,
  uninstall,
  upgrade,
};

/** `microk8s helm3 …` on the releases of the machine's cluster. */
export const helm: Program = function* (call: Call): Steps {
  const options = optionsOf(call.words, valued);
  const [verb = '', ...words] = options.rest;
  yield 350;
  if (verb === 'version') {
    call.out('v3.18.6+gb76a950\n');
    return 0;
  }
  if (verb === 'registry' || verb === 'repo') return login(call, words, options);
  const act = verbs[verb];
  if (act === undefined)
    return refuse(call, `Error: unknown command "${verb}" for "helm"\nRun 'helm --help' for usage.`);
  if (!call.look((machine, state, now) => apiAnswers(state, machine, now))) {
    yield 8_000;
    const ended = call.look((machine, _state, now) => apiRefusal(machine, now));
    const why = ended ?? 'dial tcp 127.0.0.1:16443: connect: connection refused';
    return refuse(call, `Error: Kubernetes cluster unreachable: Get "https://127.0.0.1:16443/version": ${why}`);
  }
  const result = act({
    call,
    options,
    words,
    namespace: lastValue(options, '-n', '--namespace') ?? 'default',
    see: (look) => call.look((machine, state, now) => look(needed(clusterOf(state, machine)), now)),
    change: (change) => call.change((machine, state, now) => change(needed(clusterOf(state, machine)), now)),
  });
  return typeof result === 'number' ? result : yield* result;
};
