import { basename } from 'node:path';
import { Fault } from '../../errors/fault.ts';
import { counted } from '../../text/plural.ts';
import type { SiteProblem } from './reading.ts';

/** A file that cannot be used, with everything that is wrong in it. */
export class InvalidFile extends Fault {
  override readonly name = 'InvalidFile';
  readonly problems: readonly SiteProblem[];

  constructor(file: string, problems: readonly SiteProblem[]) {
    const count = counted(problems.length, 'problem');
    super({
      what: `${basename(file)} has ${count}.`,
      where: file,
      why: problems.map(problemLine).join('\n'),
      next: [`Fix ${problems.length === 1 ? 'it' : 'them'} in the file, then try again.`],
    });
    this.problems = problems;
  }
}

export function problemLine(problem: SiteProblem): string {
  return `line ${problem.line}, column ${problem.column}: ${problem.text}`;
}
