import { plain } from '../cluster/manifests.ts';
import { clusterOf } from '../cluster/membership.ts';
import { restartServices } from '../cluster/spread-arguments.ts';
import { put } from '../cluster/store.ts';
import { argumentLines, setArguments } from '../node/arguments.ts';
import { type Call, type Program, type Steps, say } from './call.ts';

/** Roles that an API server makes once it asks for rights. */
const roles = ['cluster-admin', 'admin', 'edit', 'view'];

/** `set-api-arguments`, lines on standard input: as the script does it, names alone taken away, with the restart. */
function* setApiServerArguments(call: Call): Steps {
  yield 400;
  const lines = call.stdin.split('\n').filter((line) => line !== '');
  const wanted = Object.fromEntries(
    lines.map((line) => [line.replace(/=.*/, ''), line.includes('=') ? line.replace(/^[^=]*=/, '') : null]),
  );
  return call.change((machine, state, now) => {
    setArguments(machine, 'kube-apiserver', wanted);
    restartServices(machine, now);
    const cluster = clusterOf(state, machine);
    if (cluster === undefined || !/RBAC/.test(wanted['--authorization-mode'] ?? '')) return 0;
    for (const name of roles) put(cluster, plain('rbac.authorization.k8s.io/v1', 'ClusterRole', name), now);
    return 0;
  });
}

/** `api-server-since`: whether the API server has started after its arguments were written. */
const apiServerSince = (call: Call): number =>
  call.look((machine) => {
    const { former, upSince } = machine.microk8s ?? {};
    const before = former?.since === upSince ? former?.arguments['kube-apiserver'] : undefined;
    const same = before === undefined || before.join() === argumentLines(machine, 'kube-apiserver').join();
    return say(call, `since ${same ? 'yes' : 'no'}`);
  });

export const apiServerScripts: Readonly<Record<string, Program>> = {
  'set-api-arguments': setApiServerArguments,
  'api-server-since': apiServerSince,
};
