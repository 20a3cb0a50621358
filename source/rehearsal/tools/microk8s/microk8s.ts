import { isStopped } from '../../node/services.ts';
import { type Call, type Program, refuse, type Steps, say } from '../call.ts';
import { helm } from '../helm/helm.ts';
import { kubectl } from '../kubectl/kubectl.ts';
import { addNode } from './add-node.ts';
import { disable, enable } from './enable.ts';
import { join } from './join.ts';
import { leave, removeNode } from './leave.ts';
import { status } from './status.ts';
import { config, refreshCerts, start, stop, version } from './verbs.ts';

const verbs: Readonly<Record<string, Program>> = {
  'add-node': addNode,
  config,
  disable,
  enable,
  helm,
  helm3: helm,
  join,
  kubectl,
  leave,
  'refresh-certs': refreshCerts,
  'remove-node': removeNode,
  start,
  status,
  stop,
  version,
};
const unsimulated = ['addons', 'ctr', 'dbctl', 'images', 'inspect', 'istioctl', 'linkerd', 'reset'];

const notRunning = 'microk8s is not running, try microk8s start';
/** Verbs that refuse on a node that was stopped. */
const needStarted = new Set(['kubectl', 'add-node', 'enable', 'disable', 'helm', 'helm3', 'leave', 'remove-node']);

const acting = 'This MicroK8s deployment is acting as a node in a cluster.';
/** What a worker answers instead of doing anything: MicroK8s fact sheet, section 1.1. */
const onWorker: Readonly<Record<string, readonly [text: string, code: number]>> = {
  status: [`${acting}\nPlease use the control plane node.`, 0],
  kubectl: [`${acting} Please use the microk8s kubectl on the master.`, 0],
  helm: [`${acting} Please use the microk8s helm on the master.`, 0],
  helm3: [`${acting} Please use the microk8s helm on the master.`, 0],
  config: [`${acting} Please use the microk8s kubectl on the master.`, 0],
  start: [`${acting}\nUse 'snap start microk8s' to start services on this node.`, 0],
  stop: [`${acting}\nUse 'snap stop microk8s' to stop services on this node.`, 0],
  'refresh-certs': [
    `${acting}\nPlease use microk8s refresh-certs on the master and then return to this node to perform a microk8s leave and re-join.`,
    0,
  ],
  'add-node': [`${acting} Please use the microk8s add-node on the master.`, 1],
  'remove-node': [`${acting} Please use microk8s leave.`, 1],
  enable: [`${acting}\nPlease use the master node.`, 1],
  disable: [`${acting}\nPlease use the master node.`, 1],
};

const denied = (user: string) => `Insufficient permissions to access MicroK8s.
You can either try again with sudo or add the user ${user} to the 'microk8s' group:

    sudo usermod -a -G microk8s ${user}
    sudo chown -R ${user} ~/.kube

After this, reload the user groups either via a reboot or by running 'newgrp microk8s'.`;

function* microk8s(call: Call): Steps {
  const installed = call.look((machine) => machine.snaps['microk8s']);
  if (installed === undefined) return refuse(call, `bash: ${call.argv[0]}: No such file or directory`, 127);
  const [verb, ...words] = call.words;
  const program = verb === undefined ? undefined : verbs[verb];
  if (verb === undefined || ['help', '-h', '--help'].includes(verb)) return say(call, subcommands(), 1);
  if (unsimulated.includes(verb)) return refuse(call, `microk8s ${verb} is not part of this rehearsal.`);
  if (program === undefined) return say(call, `'${verb}' is not a valid MicroK8s subcommand.\n${subcommands()}`, 1);
  if (!call.root && verb !== 'helm' && verb !== 'helm3')
    return refuse(call, denied(call.look((machine) => machine.login.user)));
  const worker = call.look((machine) => machine.microk8s?.worker === true);
  const answer = onWorker[verb];
  if (worker && answer !== undefined) return say(call, ...answer);
  if (call.look(isStopped) && verb === 'status') return say(call, notRunning);
  if (call.look(isStopped) && needStarted.has(verb)) {
    // It asks kubectl, which is refused, and takes that for a Node that is not there.
    if (verb === 'remove-node') call.out(`Node ${words[0] ?? ''} does not exist in Kubernetes.\n`);
    return refuse(call, notRunning);
  }
  const result = program({ ...call, argv: [`microk8s ${verb}`, ...words], words });
  return typeof result === 'number' ? result : yield* result;
}

function subcommands(): string {
  return `Available subcommands are:\n${[...Object.keys(verbs), ...unsimulated]
    .sort()
    .map((name) => `\t${name}`)
    .join('\n')}`;
}

/** `microk8s VERB`, and the names that the snap gives single verbs. */
export const microk8sPrograms: Readonly<Record<string, Program>> = {
  microk8s,
  'microk8s.kubectl': (call) => call.exec(['microk8s', 'kubectl', ...call.words]),
  'microk8s.helm3': (call) => call.exec(['microk8s', 'helm3', ...call.words]),
  'microk8s.status': (call) => call.exec(['microk8s', 'status', ...call.words]),
};
