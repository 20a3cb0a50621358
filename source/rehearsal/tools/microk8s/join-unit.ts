import type { Machine } from '../../model/machine.ts';
import { at, type Joining, type State } from '../../model/state.ts';
import { fileAt, removeTree, writePath } from '../../node/file-system.ts';
import { type Call, refuse, type Steps } from '../call.ts';
import { beginning, continueJoin, killed } from './join.ts';

const unit = 'kloudspot-join';
const folder = `/run/${unit}`;
const outputFile = `${folder}/output`;

/** `start-join ADDRESS [--worker]`, the token on standard input: the script's unit of systemd, which goes on by itself. */
export function* startJoin(call: Call): Steps {
  if (!call.root) return refuse(call, `mkdir: cannot create directory '${folder}': Permission denied`);
  const [address = '', ...flags] = call.words;
  yield 60;
  return call.change((machine, state, now) => {
    if (machine.units[`${unit}.service`]?.active)
      return refuse(call, `Failed to start transient service unit: Unit ${unit}.service was already loaded.`);
    const begun = beginning(machine, [`${address}:25000/${call.stdin.trim()}`, ...flags]);
    removeTree(machine, folder);
    writePath(machine, outputFile, '', { mode: 0o600 });
    machine.units[`${unit}.service`] = { enabled: 'transient', active: true };
    if ('joining' in begun) at(state, now + 20, { kind: 'join', machine: machine.id, unit, joining: begun.joining });
    else end(machine, `${begun.text}\n`, begun.code);
    return 0;
  });
}

/** One stage of the join in the background. `state.time` is its time. */
export function advanceJoin(state: State, machine: Machine, joining: Joining): void {
  const write = (text: string) => {
    const written = `${fileAt(machine, outputFile)?.content ?? ''}${text}`;
    writePath(machine, outputFile, written.slice(0, machine.joinOutput));
  };
  const next = continueJoin(joining, { machine, state, now: state.time, out: write, err: write });
  if ('code' in next && next.code === killed) delete machine.units[`${unit}.service`];
  else if ('code' in next) end(machine, '', next.code);
  else at(state, state.time + next.after, { kind: 'join', machine: machine.id, unit, joining: next.joining });
}

function end(machine: Machine, text: string, code: number): void {
  if (text !== '') writePath(machine, outputFile, text);
  writePath(machine, `${folder}/code`, `${code}\n`, { mode: 0o600 });
  delete machine.units[`${unit}.service`];
  delete machine.joinOutput;
}
