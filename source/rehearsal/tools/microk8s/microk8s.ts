import { needStarted, said, saidOnWorker } from '../../../microk8s/messages.ts';
import { trackOf } from '../../../microk8s/tracks.ts';
import { compareVersions } from '../../../text/versions.ts';
import type { Machine } from '../../model/machine.ts';
import { isGuarded, isStopped } from '../../node/services.ts';
import { answer, type Call, type Program, refuse, type Steps, say, tell } from '../call.ts';
import { helm } from '../helm/helm.ts';
import { kubectl } from '../kubectl/kubectl.ts';
import { addNode } from './add-node.ts';
import { addons } from './addons-repo.ts';
import { refreshCerts } from './certificates.ts';
import { ctr } from './ctr.ts';
import { dbctl } from './dbctl.ts';
import { disable, enable } from './enable.ts';
import { join } from './join.ts';
import { leave, removeNode } from './leave.ts';
import { status } from './status.ts';
import { config, start, stop, version } from './verbs.ts';

const verbs: Readonly<Record<string, Program>> = {
  'add-node': addNode,
  addons,
  config,
  ctr,
  dbctl,
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
const unsimulated = ['images', 'inspect', 'istioctl', 'linkerd', 'reset'];

function* microk8s(call: Call): Steps {
  const installed = call.look((machine) => machine.snaps['microk8s']);
  if (installed === undefined) return refuse(call, `bash: ${call.argv[0]}: No such file or directory`, 127);
  const [verb, ...words] = call.words;
  const program = verb === undefined ? undefined : verbs[verb];
  if (verb === undefined || ['help', '-h', '--help'].includes(verb)) return say(call, subcommands(), 1);
  const simulated = program !== undefined || unsimulated.includes(verb);
  if (!simulated) return say(call, `'${verb}' is not a valid MicroK8s subcommand.\n${subcommands()}`, 1);
  if (!call.root && verb !== 'helm' && verb !== 'helm3')
    return answer(call, said('noPermission', { user: call.look((machine) => machine.login.user) }));
  const worker = call.look((machine) => machine.microk8s?.worker === true);
  const refusal = saidOnWorker(verb);
  if (worker && refusal !== undefined) return answer(call, refusal);
  if (call.look(isStopped) && verb === 'status') return say(call, said('stopped').text);
  if (call.look(isStopped) && needStarted.has(verb)) {
    // It asks kubectl, which is refused, and takes that for a Node that is not there.
    if (verb === 'remove-node') tell(call, said('nodeMissing', { name: words[0] ?? '' }));
    return answer(call, said('stopped'));
  }
  if (call.look(isGuarded) && (verb === 'status' || verb === 'start')) return answer(call, said('lowMemory'));
  if (program === undefined) return refuse(call, `microk8s ${verb} is not part of this rehearsal.`);
  const withoutSudo = ['join', 'leave'].includes(verb) ? call.look(sudoRefusal) : undefined;
  if (withoutSudo !== undefined) return refuse(call, withoutSudo.text, withoutSudo.code);
  const result = program({ ...call, argv: [`microk8s ${verb}`, ...words], words });
  return typeof result === 'number' ? result : yield* result;
}

/**
 * `join` and `leave` run sudo themselves, as root too: without it they end, and before 1.35 they lose their environment to a sudo that
 * takes no `-E`.
 */
function sudoRefusal({ login, snaps }: Machine): { readonly text: string; readonly code: number } | undefined {
  if (login.sudoProgram === 'none')
    return { text: '/snap/microk8s/current/actions/common/utils.sh: line 99: sudo: command not found', code: 127 };
  const track = trackOf(snaps['microk8s']?.channel ?? '');
  if (login.sudoProgram === 'sudo' || compareVersions(track, '1.35') >= 0) return undefined;
  return {
    text: `sudo: preserving the entire environment is not supported, '-E' is ignored
Traceback (most recent call last):
FileNotFoundError: [Errno 2] No such file or directory: 'None/var/lock/join-in-progress'`,
    code: 1,
  };
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
