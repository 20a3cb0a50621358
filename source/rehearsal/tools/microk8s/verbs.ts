import { apiPort } from '../../../microk8s/node.ts';
import { handOverRole } from '../../cluster/settle-roles.ts';
import { removePath, writePath } from '../../node/file-system.ts';
import { mainAddress } from '../../node/reach.ts';
import { isStopped, locks } from '../../node/services.ts';
import { type Call, type Steps, say } from '../call.ts';
import { isSomebodyReady } from './status.ts';

const servicesMs = 11_000;
const startWaitMs = 60_000;

export function version(call: Call): number {
  const snap = call.look((machine) => machine.snaps['microk8s']);
  return say(call, `MicroK8s ${snap?.version ?? ''} revision ${snap?.revision ?? ''}`);
}

/** Certificates and keys are not rehearsed: they are said to be there. */
export function config(call: Call): number {
  const server = call.look(mainAddress) ?? '127.0.0.1';
  return say(
    call,
    `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: UkVIRUFSU0Vk
    server: https://${server}:${apiPort}
  name: microk8s-cluster
contexts:
- context:
    cluster: microk8s-cluster
    user: admin
  name: microk8s
current-context: microk8s
kind: Config
preferences: {}
users:
- name: admin
  user:
    client-certificate-data: UkVIRUFSU0Vk
    client-key-data: UkVIRUFSU0Vk`,
  );
}

/** Stays stopped after a restart of the machine. */
export function* stop(call: Call): Steps {
  yield 8_000;
  call.change((machine, state) => {
    handOverRole(state, machine);
    writePath(machine, locks.stopped, '');
  });
  return say(call, 'Stopped.\nStopped.');
}

/** Waits up to a minute for some node and ends with 0 in any case. */
export function* start(call: Call): Steps {
  yield 2_000;
  if (call.look(isStopped)) {
    call.change((machine, _state, now) => {
      removePath(machine, locks.stopped);
      if (machine.microk8s !== undefined) machine.microk8s.upSince = now + servicesMs;
    });
  }
  for (let gone = 0; gone < startWaitMs && !call.look(isSomebodyReady); gone += 2_000) yield 2_000;
  return 0;
}
