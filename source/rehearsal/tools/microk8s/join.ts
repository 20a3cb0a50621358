import { type Message, refusalOf, said } from '../../../microk8s/messages.ts';
import { agentPort, microk8sFiles } from '../../../microk8s/node.ts';
import { isInside } from '../../../site/address-rules.ts';
import {
  becomeWorker,
  clusterOf,
  joinDatastore,
  rememberedMembers,
  startNode,
  welcome,
} from '../../cluster/membership.ts';
import type { Machine } from '../../model/machine.ts';
import { type Joining, machineOf, type State } from '../../model/state.ts';
import { fileAt, removePath, writePath } from '../../node/file-system.ts';
import { letsIn, reachable, sourceAddress } from '../../node/reach.ts';
import { isRunning, locks, tokenFile } from '../../node/services.ts';
import { answer, type Call, optionsOf, type Steps, tell } from '../call.ts';
import { fingerprint } from './add-node.ts';

/** ms until the agent has answered, until it has let the node in, between two looks, and the looks. */
const agentMs = 2_000;
const admissionMs = 4_500;
const pollMs = 5_000;
const polls = 10;
/** Exit code of what a signal has killed. */
export const killed = 137;
/** ms from the start of the kubelet until the files are in place. */
const markMs = 1_500;

type Connection = Pick<Joining, 'address' | 'port' | 'token' | 'check'>;

/** What comes next: the join as it is then, after so many ms, or its exit code. */
export type JoinNext = { readonly after: number; readonly joining: Joining } | { readonly code: number };

/** Where a join writes, and the model that it changes. */
export interface JoinPlace extends Pick<Call, 'out' | 'err'> {
  readonly machine: Machine;
  readonly state: State;
  readonly now: number;
}

/** `microk8s join CONNECTION [--worker]`: MicroK8s fact sheet, section 1.4. */
export function* join(call: Call): Steps {
  const begun = call.look((machine) => beginning(machine, call.words));
  if ('code' in begun) return answer(call, begun);
  let { joining } = begun;
  for (;;) {
    const next = call.change((machine, state, now) =>
      continueJoin(joining, { machine, state, now, out: call.out, err: call.err }),
    );
    if ('code' in next) return next.code;
    joining = next.joining;
    yield next.after;
  }
}

/** Reads the words of a join, or says why they are refused. */
export function beginning(machine: Machine, words: readonly string[]): { readonly joining: Joining } | Message {
  const { flags, rest } = optionsOf(words);
  const [text] = rest;
  const known = ['--worker', '--controlplane', '--skip-verify', '--disable-low-memory-guard'];
  const unknown = [...flags].find((flag) => !known.includes(flag));
  if (unknown !== undefined) return misused(`no such option: ${unknown}`);
  if (text === undefined) return misused("Missing argument 'CONNECTION'.");
  const connection = read(text);
  if (typeof connection === 'string') return said('invalidConnection', { why: connection });
  const [worker, skipVerify] = [flags.has('--worker'), flags.has('--skip-verify')];
  const guarded = fileAt(machine, microk8sFiles.lowMemory) !== undefined && !flags.has('--disable-low-memory-guard');
  if (!worker && guarded) return said('lowMemoryJoin', { connection: text });
  return { joining: { ...connection, worker, skipVerify, stage: 'contact', polls: 0 } };
}

const misused = (why: string): Message => ({
  text: `Usage: join.py [OPTIONS] CONNECTION\nTry 'join.py --help' for help.\n\nError: ${why}`,
  stream: 'stderr',
  code: 2,
});

/** One stage of a join. Membership of the datastore comes first, the kubelet after it, and the mark of a member last. */
export function continueJoin(joining: Joining, place: JoinPlace): JoinNext {
  if (isCut(joining, place)) {
    delete place.machine.joinCut;
    return { code: killed };
  }
  switch (joining.stage) {
    case 'contact':
      writePath(place.machine, locks.joining, '');
      tell(place, said('contacting', { address: joining.address }));
      return then(joining, 'answer', 700);
    case 'answer':
      return answered(joining, place);
    case 'admission':
      return admitted(joining, place);
    case 'datastore':
      return joinedDatastore(joining, place);
    case 'waiting':
      return waited(joining, place);
    case 'mark':
      writePath(place.machine, locks.member, '');
      removePath(place.machine, locks.joining);
      if (joining.worker) tell(place, said('joinedWorker'));
      // Said in any case: MicroK8s fact sheet, section 0, trap 2.
      return end(place, said('joined'));
    case 'noRoute':
    case 'timedOut':
      return end(place, said(joining.stage));
  }
}

function isCut({ stage }: Joining, { machine, state }: JoinPlace): boolean {
  switch (machine.joinCut) {
    case 'before-agent':
      return stage === 'answer';
    case 'after-agent':
      return stage === 'datastore';
    case 'after-membership':
      return stage === 'waiting' && isMember(machine, state);
    case 'before-mark':
      return stage === 'mark';
    case undefined:
      return false;
  }
}

const then = (joining: Joining, stage: Joining['stage'], after: number): JoinNext => ({
  after,
  joining: { ...joining, stage },
});

const end = (place: JoinPlace, message: Message): JoinNext => ({ code: answer(place, message) });

/** Whether anyone answers there, and whether it is who is meant. */
function answered(joining: Joining, place: JoinPlace): JoinNext {
  const { machine, state, now } = place;
  const other = contacted(machine, state, now, joining);
  if (other === 'silent') return unanswered(joining, machine);
  if (other === 'refused') return end(place, said('refused'));
  if (joining.check === undefined || joining.skipVerify || joining.check === fingerprint(machineOf(state, other)))
    return then(joining, 'admission', agentMs);
  return end(place, said('otherFingerprint', { address: joining.address }));
}

function admitted(joining: Joining, place: JoinPlace): JoinNext {
  const { machine, state, now } = place;
  const other = contacted(machine, state, now, joining);
  if (other === 'silent' || other === 'refused') return end(place, said('refused'));
  const refused = ask(machine, state, now, joining, other, joining.worker);
  if (refused !== undefined) return end(place, said('agentRefused', refused));
  const seed = machineOf(state, other);
  welcome(state, seed, joining.address);
  if (joining.worker) {
    becomeWorker(state, machine, seed, joining.address);
    return then(joining, 'mark', admissionMs + 3_000);
  }
  return then(joining, 'datastore', admissionMs);
}

/** The services of the node have restarted with what the seed sent: only now is it a member. */
function joinedDatastore(joining: Joining, place: JoinPlace): JoinNext {
  const { machine, state } = place;
  // Its services restart too after a first join: only the machine has to be there.
  const seed = reachable(state, machine, joining.address);
  if (seed !== undefined) joinDatastore(state, machine, seed, joining.address);
  place.out(said('waitingToJoin').text);
  return then(joining, 'waiting', pollMs);
}

function waited(joining: Joining, place: JoinPlace): JoinNext {
  if (joining.polls < polls && !isMember(place.machine, place.state)) {
    place.out('. ');
    return { after: pollMs, joining: { ...joining, polls: joining.polls + 1 } };
  }
  place.out(' \n');
  startNode(place.state, place.machine);
  return then(joining, 'mark', markMs);
}

/** ms that the kernel asks for a neighbour, and that it tries to connect to an address that drops packets. */
const neighbourMs = 3_000;
const connectMs = 130_000;

/** No one has the address. In the node's own network the kernel finds out itself; elsewhere it waits: join has no limit of its own. */
function unanswered(joining: Joining, machine: Machine): JoinNext {
  const near = machine.network.interfaces.some((port) => port.addresses.some((own) => isInside(joining.address, own)));
  return near ? then(joining, 'noRoute', neighbourMs) : then(joining, 'timedOut', connectMs);
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
  if (other === undefined || !letsIn(other, machine, address, port)) return 'silent';
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
  const own = sourceAddress(machine, connection.address);
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
