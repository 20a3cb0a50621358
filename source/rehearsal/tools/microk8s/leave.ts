import { said } from '../../../microk8s/messages.ts';
import {
  apiAnswers,
  clusterOf,
  deleteNode,
  leaveCluster,
  nodeAddress,
  removeMember,
} from '../../cluster/membership.ts';
import { list } from '../../cluster/store.ts';
import type { Cluster } from '../../model/cluster.ts';
import type { State } from '../../model/state.ts';
import { fileAt, removePath, writePath } from '../../node/file-system.ts';
import { locks } from '../../node/services.ts';
import { answer, type Call, refuse, type Steps, say, tell } from '../call.ts';

/** `microk8s leave`: section 1.5. It does not drain, and the node starts again as a cluster of its own. */
export function* leave(call: Call): Steps {
  const clustered = call.look((machine) =>
    [locks.member, locks.worker].some((path) => fileAt(machine, path) !== undefined),
  );
  if (!clustered) return answer(call, said('notClustered'));
  const worker = call.look((machine) => machine.microk8s?.worker === true);
  const onlyVoter = call.look((machine, state) => {
    const members = worker ? [] : (clusterOf(state, machine)?.members ?? []);
    const voters = members.filter(({ role }) => role === 'voter');
    return members.length > 1 && voters.length === 1 && voters[0]?.machine === machine.id;
  });
  if (onlyVoter) return answer(call, said('onlyVoter'));
  if (!worker && !call.look((machine, state, now) => apiAnswers(state, machine, now))) {
    yield 9_000;
    return say(call, 'Contacting node failed. Error:', 2);
  }
  if (worker) {
    tell(call, said('configuring'));
    call.change((machine) => writePath(machine, locks.proxy, ''));
    yield 4_000;
  }
  tell(call, said('newCertificates'));
  yield 6_000;
  call.change((machine, state) => leaveCluster(state, machine));
  call.out(said('waitingToStart').text);
  for (let dot = 0; dot < 4; dot += 1) {
    yield 5_000;
    call.out('. ');
  }
  call.out(' \n');
  call.change((machine) => removePath(machine, locks.joining));
  return 0;
}

/** `microk8s remove-node NAME_OR_IP [--force]`. By name it purges the datastore only where the Node's address is the member's; by address always. */
export function* removeNode(call: Call): Steps {
  const [name, flag] = call.words;
  if (name === undefined) return answer(call, said('removeWhat'));
  if (flag !== undefined && flag !== '--force') return answer(call, said('removeFlag'));
  yield 2_500;
  if (!call.look((machine, state, now) => apiAnswers(state, machine, now))) {
    return refuse(
      call,
      'The connection to the server 127.0.0.1:16443 was refused - did you specify the right host or port?',
    );
  }
  return call.change((machine, state) => {
    const cluster = clusterOf(state, machine);
    return cluster === undefined ? 1 : expel(call, state, cluster, name, flag === '--force');
  });
}

function expel(call: Call, state: State, cluster: Cluster, name: string, force: boolean): number {
  const byAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  const node = list(cluster, 'Node').find(
    (one) => one.metadata.name === name || (byAddress && nodeAddress(cluster, one.metadata.name) === name),
  )?.metadata.name;
  const member = (ip: string | undefined) => cluster.members.some(({ address }) => address === `${ip}:19001`);
  if (node === undefined) {
    tell(call, said('nodeNotFound', { name }));
    tell(call, said('nodeMissing', { name }));
    if (!force) return 1;
    tell(call, said('attempting', { name }));
    if (byAddress && member(name)) {
      tell(call, said('removing'));
      removeMember(state, cluster, name);
    }
    return 1;
  }
  const ip = nodeAddress(cluster, node);
  if (member(ip) && !force) return answer(call, said('registered', { name }));
  if (force && ip !== undefined) removeMember(state, cluster, ip);
  deleteNode(cluster, node);
  return 0;
}
