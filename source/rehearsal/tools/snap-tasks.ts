import { trackIn } from '../../microk8s/tracks.ts';
import { type Call, refuse, say } from './call.ts';

/** The tasks of an installation or a refresh, and which part of its time is over when each ends. */
const loading: readonly (readonly [number, (revision: string, channel: string) => string])[] = [
  [0.04, () => 'Ensure prerequisites for "microk8s" are available'],
  [0.62, (revision, channel) => `Download snap "microk8s" (${revision}) from channel "${channel}"`],
  [0.68, (revision) => `Fetch and check assertions for snap "microk8s" (${revision})`],
  [0.76, (revision) => `Mount snap "microk8s" (${revision})`],
  [0.84, (revision) => `Setup snap "microk8s" (${revision}) security profiles`],
  [0.95, () => 'Run install hook of "microk8s" snap if present'],
  [1, () => 'Start snap "microk8s" services'],
];
const removing: typeof loading = [
  [0.5, () => 'Stop snap "microk8s" services'],
  [1, (revision) => `Remove data for snap "microk8s" (${revision})`],
];
const spawned = 'today at 08:18 UTC';

/** `snap tasks ID` (snapd cmd/snap/cmd_changes.go): a share stands behind the task that runs, where it has one. */
export function tasks(call: Call, id: string): number {
  const own = call.look(({ snapChange }, _state, now) => {
    if (snapChange === undefined || String(snapChange.id) !== id) return undefined;
    return { ...snapChange, part: (now - snapChange.startedAt) / (snapChange.readyAt - snapChange.startedAt) };
  });
  if (own === undefined) return refuse(call, `error: cannot find change with id "${id}"`);
  const revision = trackIn(own.channel)?.revision ?? '';
  const list = own.verb === 'install' || own.verb === 'refresh' ? loading : removing;
  call.out(`Status  Spawn               Ready               Summary\n`);
  for (const [at, [end, summary]] of list.entries()) {
    const begin = list[at - 1]?.[0] ?? 0;
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
