import { exitCode, Fault } from '../errors/fault.ts';
import type { Drift } from '../plan/document/basis.ts';

/** The refusal of a plan whose facts are no longer those of the nodes, with each that is another (exit code 6). */
export function driftFault(found: readonly Drift[]): Fault {
  return new Fault({
    what: 'The nodes are no longer what the plan rests on.',
    where: [...new Set(found.map(({ node }) => node))].join(', '),
    why: found.map(({ node, key, was, is }) => `${node}: ${key} was ${was || 'empty'}, is ${is || 'empty'}`).join('\n'),
    next: ['kloudspot plan  shows what is to be done now.', 'kloudspot apply  makes a new plan and carries it out.'],
    exitCode: exitCode.refused,
  });
}
