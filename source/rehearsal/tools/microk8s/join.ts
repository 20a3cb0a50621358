import { refusalOf, said } from '../../../microk8s/messages.ts';
import { agentPort, microk8sFiles } from '../../../microk8s/node.ts';
import { isInside } from '../../../network/addresses.ts';
import {
  becomeWorker,
  clusterOf,
  joinDatastore,
  rememberedMembers,
  startNode,
  welcome,
} from '../../cluster/membership.ts';
import type { Machine } from '../../model/machine.ts';
import { machineOf, type State } from '../../model/state.ts';
import { fileAt, removePath, writePath } from '../../node/file-system.ts';
import { mainAddress, reachable } from '../../node/reach.ts';
import { isRunning, locks, tokenFile } from '../../node/services.ts';
import { answer, type Call, optionsOf, refuse, type Steps, tell } from '../call.ts';
import { fingerprint } from './add-node.ts';

/** ms until the agent has answered, until it has let the node in, between two looks, and the looks. */
const agentMs = 2_000;
const admissionMs = 4_500;
const pollMs = 5_000;
const polls = 10;
/** ms from the start of the kubelet until the files are in place. */
const markMs = 1_500;

interface Connection {
  readonly address: string;
  readonly port: number;
  readonly token: string;
  readonly check: string | undefined;
}

/** `microk8s join CONNECTION [--worker]`: MicroK8s fact sheet, section 1.4. */
export function* join(call: Call): Steps {
  const { flags, rest } = optionsOf(call.words);
  const [text] = rest;
  const unknown = [...flags].find(
    (flag) => !['--worker', '--controlplane', '--skip-verify', '--disable-low-memory-guard'].includes(flag),
  );
  const usage = "Usage: join.py [OPTIONS] CONNECTION\nTry 'join.py --help' for help.\n\n";
  if (unknown !== undefined) return refuse(call, `${usage}Error: no such option: ${unknown}`, 2);
  if (text === undefined) return refuse(call, `${usage}Error: Missing argument 'CONNECTION'.`, 2);
  const connection = read(text);
  if (typeof connection === 'string') return answer(call, said('invalidConnection', { why: connection }));
  const worker = flags.has('--worker');
  if (!worker && guarded(call) && !flags.has('--disable-low-memory-guard'))
    return answer(call, said('lowMemoryJoin', { connection: text }));
  call.change((machine) => writePath(machine, locks.joining, ''));
  tell(call, said('contacting', { address: connection.address }));
  yield 700;
  const other = call.look((machine, state, now) => contacted(machine, state, now, connection));
  if (other === 'silent') return yield* unanswered(call, connection.address);
  if (other === 'refused') return answer(call, said('refused'));
  const check = call.look((_machine, state) => fingerprint(machineOf(state, other)));
  if (connection.check !== undefined && connection.check !== check && !flags.has('--skip-verify')) {
    return answer(call, said('otherFingerprint', { address: connection.address }));
  }
  yield agentMs;
  const refused = call.change((machine, state, now) => ask(machine, state, now, connection, other, worker));
  if (refused !== undefined) return answer(call, said('agentRefused', refused));
  call.change((_machine, state) => welcome(state, machineOf(state, other), connection.address));
  yield admissionMs;
  return worker ? yield* asWorker(call, other) : yield* asManager(call, other);
}

/** Membership of the datastore comes first, the kubelet after it, and the mark of a member last. */
function* asManager(call: Call, other: string): Steps {
  call.change((machine, state) => joinDatastore(state, machine, machineOf(state, other)));
  call.out(said('waitingToJoin').text);
  for (let poll = 0; poll < polls && !call.look(isMember); poll += 1) {
    yield pollMs;
    call.out('. ');
  }
  call.out(' \n');
  call.change((machine, state) => startNode(state, machine));
  yield markMs;
  call.change((machine) => {
    writePath(machine, locks.member, '');
    removePath(machine, locks.joining);
  });
  // Said in any case: MicroK8s fact sheet, section 0, trap 2.
  return answer(call, said('joined'));
}

function* asWorker(call: Call, other: string): Steps {
  call.change((machine, state) => becomeWorker(state, machine, machineOf(state, other)));
  yield 3_000;
  call.change((machine) => {
    writePath(machine, locks.member, '');
    removePath(machine, locks.joining);
  });
  tell(call, said('joinedWorker'));
  return answer(call, said('joined'));
}

const guarded = (call: Call): boolean => call.look((machine) => fileAt(machine, microk8sFiles.lowMemory) !== undefined);

/** ms that the kernel asks for a neighbour, and that it tries to connect to an address that drops packets. */
const neighbourMs = 3_000;
const connectMs = 130_000;

/** Nobody has the address. In the node's own network the kernel finds out itself; elsewhere it waits: join has no limit of its own. */
function* unanswered(call: Call, address: string): Steps {
  const near = call.look((machine) =>
    machine.network.interfaces.some((port) => port.addresses.some((own) => isInside(address, own))),
  );
  yield near ? neighbourMs : connectMs;
  return answer(call, said(near ? 'noRoute' : 'timedOut'));
}

function isMember(machine: Machine, state: State): boolean {
  return clusterOf(state, machine)?.members.some((member) => member.machine === machine.id) ?? false;
}

/** Reads `IPv4:PORT/TOKEN[/FINGERPRINT]`, or says what is wrong with it. */
function read(text: string): Connection | string {
  const [place = '', token, check, ...more] = text.split('/');
  const [address = '', port, ...rest] = place.split(':');
  if (token === undefined || port === undefined || rest.length > 0 || more.length > 0) {
    return 'Expected format: <master_IP>:<master_PORT>/<token>[/<fingerprint>]';
  }
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(address)) return 'Invalid master IP';
  if (!/^\d+$/.test(port)) return 'Master PORT not a number';
  if (Number(port) < 1 || Number(port) > 65_535) return 'Master PORT not in range 1:65535';
  if (token.length < 32) return 'Cluster token size should be at least 32 bytes';
  if (check !== undefined && check.length < 12) return 'Fingerprint should be at least 12 bytes';
  return { address, port: Number(port), token, check };
}

/** Id of the machine whose agent answers there. */
function contacted(
  machine: Machine,
  state: State,
  now: number,
  { address, port }: Connection,
): string | 'silent' | 'refused' {
  const other = reachable(state, machine, address);
  if (other === undefined) return 'silent';
  return port === agentPort && isRunning(other, now) ? other.id : 'refused';
}

/** The agent's answer. It takes a one-time token before it looks at anything else: section 0, trap 7. */
function ask(
  machine: Machine,
  state: State,
  now: number,
  connection: Connection,
  otherId: string,
  worker: boolean,
): ReturnType<typeof refusalOf> | undefined {
  const other = machineOf(state, otherId);
  if (!consume(other, connection.token, now)) return refusalOf('token');
  const own = mainAddress(machine);
  if (own === connection.address || other.id === machine.id) {
    return refusalOf('sameAddress', { address: connection.address });
  }
  const cluster = clusterOf(state, other);
  if (!worker && cluster !== undefined && rememberedMembers(cluster, now).includes(`${own}:19001`)) {
    return refusalOf('known', { address: own ?? '' });
  }
  return undefined;
}

/** Whether the token is one of the machine's; one without a time limit is used up. */
function consume(machine: Machine, token: string, now: number): boolean {
  const lines = (fileAt(machine, tokenFile)?.content ?? '').split('\n').filter((line) => line !== '');
  const found = lines.find((line) => line.split('|')[0] === token);
  const until = found?.split('|')[1];
  if (found === undefined || (until !== undefined && Number(until) * 1000 < now)) return false;
  if (until === undefined) {
    const kept = lines.filter((line) => line !== found);
    writePath(machine, tokenFile, kept.map((line) => `${line}\n`).join(''));
  }
  return true;
}
