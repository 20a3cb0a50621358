import { isFolder, readPath } from '../node/file-system.ts';
import { type Call, type Program, refuse, type Steps, say } from './call.ts';

/** `env -i NAME=value … command`: the values reach nobody here. */
function* env(call: Call): Steps {
  const start = call.words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word) && word !== '-i');
  return start === -1 ? 0 : yield* call.exec(call.words.slice(start));
}

function* sudo(call: Call): Steps {
  const start = call.words.findIndex((word) => !word.startsWith('-'));
  return start === -1 ? 1 : yield* call.exec(call.words.slice(start));
}

/** `timeout 20 command`, without the time's end: nothing here takes that long. */
function* timeout(call: Call): Steps {
  const start = call.words.findIndex((word) => /^\d/.test(word));
  return start === -1 ? refuse(call, 'timeout: missing operand', 125) : yield* call.exec(call.words.slice(start + 1));
}

function* sleep(call: Call): Steps {
  yield Number(call.words[0] ?? 0) * 1000;
  return 0;
}

function cat(call: Call): number {
  let code = 0;
  if (call.words.length === 0) call.out(call.stdin);
  for (const path of call.words.filter((word) => word !== '--')) {
    const text = call.look((machine, _state, now) => readPath(machine, path, now));
    if (text !== undefined) call.out(text);
    else {
      const folder = call.look((machine) => isFolder(machine, path));
      code = refuse(call, `cat: ${path}: ${folder ? 'Is a directory' : 'No such file or directory'}`);
    }
  }
  return code;
}

function date(call: Call): number {
  const ms = call.look((machine, _state, now) => Math.round(now + machine.hardware.clockSkewMs));
  const format = call.words.find((word) => word.startsWith('+'))?.slice(1);
  if (format === undefined) return say(call, new Date(ms).toUTCString());
  const text = format
    .replaceAll('%3N', String(ms % 1000).padStart(3, '0'))
    .replaceAll('%N', String((ms % 1000) * 1_000_000).padStart(9, '0'))
    .replaceAll('%s', String(Math.floor(ms / 1000)));
  return say(call, text);
}

function uname(call: Call): number {
  const release = call.look((machine) => machine.kernel);
  const parts: Record<string, string> = {
    '-r': release,
    '-m': 'x86_64',
    '-s': 'Linux',
    '-srm': `Linux ${release} x86_64`,
    '-n': call.look((machine) => machine.hostname),
  };
  return say(call, parts[call.words[0] ?? '-s'] ?? 'Linux');
}

/** `[` and `test`, as far as small scripts use them. */
export function test(call: Call): number {
  const words = call.words.at(-1) === ']' ? call.words.slice(0, -1) : call.words;
  if (words[0] === '!') return holds(call, words.slice(1)) ? 1 : 0;
  return holds(call, words) ? 0 : 1;
}

function holds(call: Call, words: readonly string[]): boolean {
  const [first = '', second = '', third] = words;
  if (third !== undefined) {
    if (second === '=' || second === '==') return first === third;
    if (second === '!=') return first !== third;
    if (second === '-eq') return Number(first) === Number(third);
    return false;
  }
  const text = call.look((machine, _state, now) => readPath(machine, second, now));
  const folder = call.look((machine) => isFolder(machine, second));
  switch (first) {
    case '-e':
      return text !== undefined || folder;
    case '-f':
    case '-r':
    case '-x':
      return text !== undefined;
    case '-s':
      return text !== undefined && text !== '';
    case '-d':
      return folder;
    case '-n':
      return second !== '';
    case '-z':
      return second === '';
    default:
      return first !== '' && words.length === 1;
  }
}

export const coreutils: Readonly<Record<string, Program>> = {
  true: () => 0,
  ':': () => 0,
  false: () => 1,
  sync: () => 0,
  env,
  sudo,
  timeout,
  sleep,
  cat,
  date,
  uname,
  test,
  '[': test,
  echo: (call) => say(call, call.words.filter((word) => word !== '-n').join(' ')),
  printf: (call) => {
    call.out((call.words[0] ?? '').replaceAll('\\n', '\n').replace(/%s/g, () => call.words[1] ?? ''));
    return 0;
  },
  hostname: (call) => {
    if (call.words[0] === '-I') {
      const own = call.look((machine) =>
        machine.network.interfaces.flatMap((port) => port.addresses.map((one) => one.address)),
      );
      return say(call, `${own.join(' ')} `);
    }
    return say(
      call,
      call.look((machine) => machine.hostname),
    );
  },
  whoami: (call) => say(call, call.root ? 'root' : call.look((machine) => machine.login.user)),
  id: (call) => {
    const user = call.root ? 'root' : call.look((machine) => machine.login.user);
    const number = call.root ? 0 : 1000;
    if (call.words[0] === '-un') return say(call, user);
    if (call.words[0] === '-u') return say(call, String(number));
    return say(call, `uid=${number}(${user}) gid=${number}(${user}) groups=${number}(${user})`);
  },
  nproc: (call) => say(call, String(call.look((machine) => machine.hardware.cores))),
};
