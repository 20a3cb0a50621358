import { writePath } from '../../node/file-system.ts';
import { type Call, lastValue, type Options, refuse } from '../call.ts';

/** `helm registry login HOST` and `helm repo add NAME URL`, with the secret on standard input. Its file says who is logged in, not the secret. */
export function login(call: Call, words: readonly string[], options: Options): number {
  const [verb, name = '', url = ''] = words;
  const user = lastValue(options, '--username') ?? '';
  if (user !== '' && call.stdin.trim() === '') return refuse(call, 'Error: password is required');
  const path = lastValue(options, verb === 'add' ? '--repository-config' : '--registry-config');
  if (path === undefined) return 0;
  const content = verb === 'add' ? `repositories:\n- name: ${name}\n  url: ${url}\n` : `{"auths":{"${name}":{}}}\n`;
  call.change((machine) => writePath(machine, path, content, { mode: 0o600 }));
  call.out(verb === 'add' ? `"${name}" has been added to your repositories\n` : 'Login Succeeded\n');
  return 0;
}
