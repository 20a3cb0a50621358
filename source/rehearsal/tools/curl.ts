import { announcer } from '../cluster/controllers/load-balancer.ts';
import { reachable } from '../node/reach.ts';
import { isRunning } from '../node/services.ts';
import { type Call, optionsOf, type Program, refuse, type Steps } from './call.ts';

/** `curl -sk https://IP:25000/health`, and the entrance behind the virtual address. */
function* fetch(call: Call): Steps {
  const { rest } = optionsOf(call.words, ['-o', '-w', '-m', '--max-time', '--connect-timeout', '-H', '-X']);
  const [, host = '', port = '443', path = '/'] = /^https?:\/\/([^:/]+)(?::(\d+))?(\/.*)?$/.exec(rest[0] ?? '') ?? [];
  const answer = call.look((machine, state, now) => {
    const other = reachable(state, machine, host);
    if (other !== undefined && port === '25000') return isRunning(other, now) ? '{"status":"OK"}\n' : 'refused';
    if (other === undefined && announcer(state, host, now) !== undefined) return '<!doctype html>\n';
    return other === undefined ? 'silent' : 'refused';
  });
  if (answer === 'silent') {
    yield 5_000;
    return refuse(call, `curl: (28) Failed to connect to ${host} port ${port} after 5000 ms: Connection timed out`, 28);
  }
  yield 60;
  if (answer === 'refused')
    return refuse(call, `curl: (7) Failed to connect to ${host} port ${port}: Connection refused`, 7);
  call.out(path === '/health' || port !== '25000' ? answer : '');
  return 0;
}

export const curl: Readonly<Record<string, Program>> = { curl: fetch };
