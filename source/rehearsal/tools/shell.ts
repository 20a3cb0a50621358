import { fileAt, namesIn } from '../node/file-system.ts';
import { type Call, type Program, refuse, type Steps } from './call.ts';
import { parseScript, ShellError, type Statement, type Word } from './shell-script.ts';

/** `sh FILE`, `sh -c TEXT`, and a script file of the machine that is run by its path. */
function* sh(call: Call): Steps {
  const words = call.words.filter((word) => !/^-[eux]+$/.test(word));
  const inline = words[0] === '-c';
  const path = words[0] ?? '';
  const text = inline ? words[1] : call.look((machine) => fileAt(machine, path)?.content);
  if (text === undefined) return refuse(call, `sh: 0: cannot open ${path}: No such file`, 127);
  try {
    return yield* new Shell(call).run(parseScript(text));
  } catch (thrown) {
    if (thrown instanceof Ended) return thrown.code;
    if (thrown instanceof ShellError) return refuse(call, `sh: ${inline ? 'command' : path}: ${thrown.message}`, 2);
    throw thrown;
  }
}

class Ended extends Error {
  readonly code: number;

  constructor(code: number) {
    super('exit');
    this.code = code;
  }
}

class Shell {
  readonly #call: Call;
  readonly #variables = new Map<string, string>();
  #stopOnError = false;

  constructor(call: Call) {
    this.#call = call;
  }

  *run(statements: readonly Statement[], tested = false): Steps {
    let code = 0;
    let skip: 'none' | 'on-success' | 'on-failure' = 'none';
    for (const statement of statements) {
      const skipped = (skip === 'on-success' && code !== 0) || (skip === 'on-failure' && code === 0);
      const last = statement.kind !== 'command' || statement.next === 'always';
      if (!skipped) {
        code = yield* this.#one(statement);
        if (code !== 0 && last && this.#stopOnError && !tested) throw new Ended(code);
      }
      skip = statement.kind === 'command' && statement.next !== 'always' ? statement.next : 'none';
    }
    return code;
  }

  *#one(statement: Statement): Steps {
    if (statement.kind === 'for') {
      let code = 0;
      for (const item of statement.items.flatMap((word) => this.#expand(word))) {
        this.#variables.set(statement.name, item);
        code = yield* this.run(statement.body);
      }
      return code;
    }
    if (statement.kind === 'if') {
      const holds = (yield* this.run(statement.condition, true)) === 0;
      return yield* this.run(holds ? statement.body : statement.otherwise);
    }
    const argv = statement.words.flatMap((word) => this.#expand(word));
    const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(argv[0] ?? '');
    if (assignment !== null && argv.length === 1) {
      this.#variables.set(assignment[1] ?? '', assignment[2] ?? '');
      return 0;
    }
    if (argv[0] === 'set') {
      this.#stopOnError ||= argv.slice(1).some((word) => /^-\w*e/.test(word));
      return 0;
    }
    if (argv[0] === 'exit') throw new Ended(Number(argv[1] ?? 0));
    return argv.length === 0 ? 0 : yield* this.#call.exec(argv);
  }

  #expand(word: Word): string[] {
    const text = word.map((part) => (part.expand ? this.#fill(part.text) : part.text)).join('');
    const pattern = word.some((part) => !part.quoted && part.text.includes('*'));
    if (!pattern) return [text];
    const folder = text.slice(0, text.lastIndexOf('/'));
    const wanted = new RegExp(
      `^${text
        .slice(folder.length + 1)
        .split('*')
        .map(escaped)
        .join('.*')}$`,
    );
    const names = this.#call.look((machine) => namesIn(machine, folder)).filter((name) => wanted.test(name));
    return names.length === 0 ? [text] : names.map((name) => `${folder}/${name}`);
  }

  #fill(text: string): string {
    return text.replace(/\$(?:(\w+)|\{(\w+)\})/g, (_, bare: string | undefined, braced: string | undefined) => {
      return this.#variables.get(bare ?? braced ?? '') ?? '';
    });
  }
}

const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

export const shell: Readonly<Record<string, Program>> = { sh, bash: sh, dash: sh };
