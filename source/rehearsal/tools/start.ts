import type { Machine } from '../model/machine.ts';
import { fileAt } from '../node/file-system.ts';
import type { Call, Program, Steps } from './call.ts';

/** The table of programs. It is handed in, because programs start each other. */
type Programs = ReadonlyMap<string, Program>;

/** The part of a call that its surroundings provide. */
type Surroundings = Pick<Call, 'stdin' | 'root' | 'product' | 'out' | 'err' | 'look' | 'change'>;

/** Starts a command on a machine: a program with or without its folder, a script file, or the words of a shell that finds neither. */
export function* start(programs: Programs, around: Surroundings, argv: readonly string[], script?: Program): Steps {
  const call: Call = {
    ...around,
    argv,
    words: argv.slice(1),
    exec: (next) => start(programs, around, next),
    *capture(next) {
      let stdout = '';
      let stderr = '';
      const mine = {
        ...around,
        out: (text: string) => {
          stdout += text;
        },
        err: (text: string) => {
          stderr += text;
        },
      };
      const code = yield* start(programs, mine, next);
      return { code, stdout, stderr };
    },
  };
  const program = script ?? programOf(programs, argv[0] ?? '', call);
  const result = program(call);
  return typeof result === 'number' ? result : yield* result;
}

/** Runs a command to its end in no time: a unit or timer in the background. */
export function runAtOnce(programs: Programs, around: Surroundings, argv: readonly string[]): number {
  const steps = start(programs, around, argv);
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

function programOf(programs: Programs, name: string, call: Call): Program {
  const known = programs.get(name.slice(name.lastIndexOf('/') + 1));
  const inPath = !name.includes('/') || /^\/(usr\/)?s?bin\//.test(name) || name.startsWith('/snap/bin/');
  if (known !== undefined && inPath) return known;
  const file = call.look((machine: Machine) => fileAt(machine, name));
  const interpreter = programs.get('sh');
  if (file !== undefined && interpreter !== undefined) {
    return (file.mode & 0o111) === 0
      ? (refused) => {
          refused.err(`bash: ${name}: Permission denied\n`);
          return 126;
        }
      : (own) => own.exec(['sh', ...own.argv]);
  }
  return (missing) => {
    missing.err(
      name.includes('/') ? `bash: ${name}: No such file or directory\n` : `bash: ${name}: command not found\n`,
    );
    return 127;
  };
}
