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
import { fileAt, removePath } from '../../node/file-system.ts';
import { locks } from '../../node/services.ts';
import { type Call, refuse, type Steps, say } from '../call.ts';

/** `microk8s leave`: section 1.5. It does not drain, and the node starts again as a cluster of its own. */
export function* leave(call: Call): Steps {
  const clustered = call.look((machine) =>
    [locks.member, locks.worker].some((path) => fileAt(machine, path) !== undefined),
  );
  if (!clustered) return say(call, 'This MicroK8s deployment is not acting as a node in a cluster.', 1);
  const worker = call.look((machine) => machine.microk8s?.worker === true);
  const onlyVoter = call.look((machine, state) => {
    const members = worker ? [] : (clusterOf(state, machine)?.members ?? []);
    const voters = members.filter(({ role }) => role === 'voter');
    return members.length > 1 && voters.length === 1 && voters[0]?.machine === machine.id;
  });
  if (onlyVoter) {
    return say(
      call,
      "This node currently holds the only copy of the Kubernetes database so it cannot leave the cluster.\nTo remove this node you can either first remove all other nodes with 'microk8s remove-node' or\nform a highly available cluster by adding at least three nodes.",
      3,
    );
  }
  if (!worker && !call.look((machine, state, now) => apiAnswers(state, machine, now))) {
    yield 9_000;
    return say(call, 'Contacting node failed. Error:', 2);
  }
  if (worker) call.out('Configuring services.\n');
  call.out('Generating new cluster certificates.\n');
  yield 6_000;
  call.change((machine, state) => leaveCluster(state, machine));
  call.out('Waiting for node to start. ');
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
  if (name === undefined) return say(call, 'Please provide the node you want to remove.', 1);
  if (flag !== undefined && flag !== '--force')
    return say(call, 'Please provide the node and the optional --force flag.', 1);
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
    call.err(`Error from server (NotFound): nodes "${name}" not found\n`);
    call.out(`Node ${name} does not exist in Kubernetes.\n`);
    if (!force) return 1;
    call.out(`Attempting to remove ${name} from dqlite.\n`);
    if (byAddress && member(name)) {
      call.out('Removing node entry found in dqlite.\n');
      removeMember(state, cluster, name);
    }
    return 1;
  }
  const ip = nodeAddress(cluster, node);
  if (member(ip) && !force) {
    return say(
      call,
      `Removal failed. Node ${name} is registered with dqlite. Please, run first 'microk8s leave' on the departing node. \nIf the node is not available anymore and will never attempt to join the cluster in the future use the '--force' flag \nto unregister the node while removing it.`,
      1,
    );
  }
  if (force && ip !== undefined) removeMember(state, cluster, ip);
  deleteNode(cluster, node);
  return 0;
}
