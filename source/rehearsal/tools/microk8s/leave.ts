import { apiAnswers, clusterOf, expel, isOf, leaveCluster, nodeAddress } from '../../cluster/membership.ts';
import { find, list } from '../../cluster/store.ts';
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
  const lonely = call.look((machine, state) => {
    const cluster = clusterOf(state, machine);
    const own = cluster?.members.find((member) => member.machine === machine.id);
    return (
      cluster !== undefined && own !== undefined && cluster.members.length === 1 && list(cluster, 'Node').length > 1
    );
  });
  if (lonely) {
    return say(
      call,
      'This node currently holds the only copy of the Kubernetes database so it cannot leave the cluster.\nRemove the other nodes first by executing:\n  microk8s remove-node',
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

/** `microk8s remove-node NAME_OR_IP [--force]`: section 1.5. */
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
    if (cluster === undefined) return 1;
    const node = list(cluster, 'Node').find(
      (one) => one.metadata.name === name || nodeAddress(cluster, one.metadata.name) === name,
    )?.metadata.name;
    const member = cluster.members.find((one) => isOf(state, cluster, one.machine, one.address, node ?? name));
    if (node === undefined || find(cluster, 'Node', undefined, node) === undefined) {
      call.err(`Error from server (NotFound): nodes "${name}" not found\n`);
      if (flag === '--force' && member !== undefined) {
        call.out(`Attempting to remove ${name} from dqlite.\nRemoving node entry found in dqlite.\n`);
        expel(state, cluster, name, true);
        return 1;
      }
      return say(call, `Node ${name} does not exist in Kubernetes.`, 1);
    }
    if (member !== undefined && flag !== '--force') {
      return say(
        call,
        `Removal failed. Node ${name} is registered with dqlite. Please, run first 'microk8s leave' on the departing node. \nIf the node is not available anymore and will never attempt to join the cluster in the future use the '--force' flag \nto unregister the node while removing it.`,
        1,
      );
    }
    expel(state, cluster, node, flag === '--force');
    return 0;
  });
}
