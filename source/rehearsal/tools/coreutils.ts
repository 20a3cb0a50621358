import { isFolder, readPath } from '../node/file-system.ts';
import { type Call, type Program, refuse, type Steps, say } from './call.ts';

/** `env -i NAME=value … command`: the values reach no one here. */
function* env(call: Call): Steps {
  const start = call.words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word) && word !== '-i');
  return start === -1 ? 0 : yield* call.exec(call.words.slice(start));
}

function* sudo(call: Call): Steps {
  const start = call.words.findIndex((word) => !word.startsWith('-'));
  return start === -1 ? 1 : yield* call.exec(call.words.slice(start));
}

/** `timeout 20 command`: 124 when the command has not ended by then. */
function* timeout(call: Call): Steps {
  const start = call.words.findIndex((word) => /^\d/.test(word));
  if (start === -1) return refuse(call, 'timeout: missing operand', 125);
  let left = Number.parseFloat(call.words[start] ?? '') * 1_000;
  const steps = call.exec(call.words.slice(start + 1));
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done === true) return next.value;
    yield Math.min(left, next.value);
    left -= next.value;
    if (left <= 0) return 124;
  }
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

export const coreutils: Readonly<Record<string, Program>> = {
  true: () => 0,
  env,
  sudo,
  timeout,
  sleep,
  cat,
  date,
  uname,
  hostname: (call) =>
    say(
      call,
      call.look((machine) => machine.hostname),
    ),
  id: (call) => {
    const user = call.root ? 'root' : call.look((machine) => machine.login.user);
    const id = call.root ? 0 : 1000;
    return say(call, call.words[0] === '-un' ? user : `uid=${id}(${user}) gid=${id}(${user}) groups=${id}(${user})`);
  },
  nproc: (call) => say(call, String(call.look((machine) => machine.hardware.cores))),
};
