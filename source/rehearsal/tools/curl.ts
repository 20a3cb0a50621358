import { announcer } from '../cluster/controllers/load-balancer.ts';
import { letsIn, reachable } from '../node/reach.ts';
import { isRunning } from '../node/services.ts';
import { type Call, lastValue, optionsOf, type Program, refuse, type Steps } from './call.ts';

/** `curl -sk https://IP:25000/health`, and the ingress behind the virtual address. */
function* fetch(call: Call): Steps {
  const options = optionsOf(call.words, ['-o', '-w', '-m', '--max-time', '--connect-timeout', '-H', '-X', '--proxy']);
  const { rest } = options;
  // A proxy here lets everything through, and none has a host name that ends with .invalid.
  const proxy = lastValue(options, '--proxy');
  if (proxy !== undefined) {
    yield 120;
    const { hostname } = new URL(proxy);
    return hostname.endsWith('.invalid') ? refuse(call, `curl: (5) Could not resolve proxy: ${hostname}`, 5) : 0;
  }
  const [, host = '', port = '443', path = '/'] = /^https?:\/\/([^:/]+)(?::(\d+))?(\/.*)?$/.exec(rest[0] ?? '') ?? [];
  const answer = call.look((machine, state, now) => {
    const other = reachable(state, machine, host);
    if (other !== undefined && !letsIn(other, machine, host, Number(port))) return 'silent';
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
