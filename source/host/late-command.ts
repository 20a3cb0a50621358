import { basename } from 'node:path';
import { measuredDuration } from '../text/duration.ts';
import type { Command } from './host.ts';
import { HostFault } from './host-fault.ts';

/** What was done about a command that did not end in time. */
export type Stopped = 'ended' | 'not ended' | 'silent';

const reasons: Readonly<Record<Stopped, string>> = {
  ended: 'This is the time limit of kloudspot; the command was ended there.',
  'not ended': 'This is the time limit of kloudspot; the command may still run there.',
  silent: 'The machine no longer answered.',
};

/** A command that did not end within so many ms. */
export function lateCommand(node: string, command: Command, limit: number, stopped: Stopped): HostFault {
  return new HostFault('deadline', node, {
    answers: stopped === 'ended',
    what: `\`${inShort(command)}\` on ${node} did not end within ${measuredDuration(limit)}.`,
    why: reasons[stopped],
    next: [`Check on ${node} what keeps it busy: top. Then run the same command again.`],
  });
}

/** The program and the plain words behind it, such as `microk8s kubectl get nodes`: arguments may hold secrets. */
export function inShort(command: Command): string {
  if ('text' in command) return command.name;
  const [program = '', ...words] = command;
  const end = words.findIndex((word) => !/^[a-z][a-z0-9-]*$/.test(word));
  return [basename(program), ...words.slice(0, Math.min(most, end === -1 ? words.length : end))].join(' ');
}

/** Words behind the program. A token of `join` comes behind an address. */
const most = 3;
