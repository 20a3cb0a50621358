import { trackIn } from '../../microk8s/tracks.ts';
import { type Call, refuse, say } from './call.ts';

type Task = readonly [part: number, summary: (revision: string, channel: string) => string];

const prerequisites: Task = [0.04, () => 'Ensure prerequisites for "microk8s" are available'];
const fetching: readonly Task[] = [
  [0.58, (revision, channel) => `Download snap "microk8s" (${revision}) from channel "${channel}"`],
  [0.06, (revision) => `Fetch and check assertions for snap "microk8s" (${revision})`],
];
const settingUp: readonly Task[] = [
  [0.08, (revision) => `Mount snap "microk8s" (${revision})`],
  [0.08, (revision) => `Setup snap "microk8s" (${revision}) security profiles`],
  [0.11, () => 'Run install hook of "microk8s" snap if present'],
  [0.05, () => 'Start snap "microk8s" services'],
];
/** The tasks of an installation or a refresh, and which part of its time each takes. */
const loading: readonly Task[] = [prerequisites, ...fetching, ...settingUp];
const removing: readonly Task[] = [
  [0.5, () => 'Stop snap "microk8s" services'],
  [0.5, (revision) => `Remove data for snap "microk8s" (${revision})`],
];

const sum = (some: readonly Task[]): number => some.reduce((parts, [part]) => parts + part, 0);
/** Which part of the time of an installation from the store its download takes. */
export const fetchingPart = sum(fetching);
const spawned = 'today at 08:18 UTC';

/** `snap tasks ID` (snapd cmd/snap/cmd_changes.go): a share is behind the task that runs, where it has one. */
export function tasks(call: Call, id: string): number {
  const own = call.look(({ snapChange }, _state, now) => {
    if (snapChange === undefined || String(snapChange.id) !== id) return undefined;
    return { ...snapChange, part: (now - snapChange.startedAt) / (snapChange.readyAt - snapChange.startedAt) };
  });
  if (own === undefined) return refuse(call, `error: cannot find change with id "${id}"`);
  const revision = trackIn(own.channel)?.revision ?? '';
  const loads = own.verb === 'install' || own.verb === 'refresh';
  const list = loads ? (own.file ? [prerequisites, ...settingUp] : loading) : removing;
  call.out(`Status  Spawn               Ready               Summary\n`);
  for (const [at, [, summary]] of list.entries()) {
    const begin = sum(list.slice(0, at)) / sum(list);
    const end = sum(list.slice(0, at + 1)) / sum(list);
    const text = summary(revision, own.channel);
    const done = own.part >= end;
    const runs = !done && own.part >= begin;
    const share =
      runs && text.startsWith('Download') ? ` (${(((own.part - begin) / (end - begin)) * 100).toFixed(2)}%)` : '';
    const status = done ? 'Done' : runs ? 'Doing' : 'Do';
    call.out(`${status.padEnd(6)}  ${spawned}  ${(done ? spawned : '-').padEnd(18)}  ${text}${share}\n`);
  }
  return say(call, '');
}
