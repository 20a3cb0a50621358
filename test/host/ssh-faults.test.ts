import { describe, expect, test } from 'vitest';
import type { HostTarget } from '../../source/host/host.ts';
import { type FailedLogin, loginFault, mostTelling } from '../../source/host/ssh/ssh-faults.ts';

const target: HostTarget = { node: 'spot1', addresses: ['10.0.0.5'], user: 'ubuntu' };
const fault = (said: string, more: Partial<FailedLogin> = {}) =>
  loginFault({ target, address: '10.0.0.5', said, printed: '', passwordGiven: false, ending: 255, ...more });

describe('what ssh says, as a fault', () => {
  test.each([
    ['ssh: connect to host 10.0.0.5 port 22: Connection refused', 'unreachable', /refused/],
    ['ssh: connect to host 10.0.0.5 port 22: No route to host', 'unreachable', /no route/],
    ['ssh: connect to host 10.0.0.5 port 22: Network is unreachable', 'unreachable', /no route to that network/],
    ['ssh: connect to host 10.0.0.5 port 22: Connection timed out', 'unreachable', /timed out/],
    ['ssh: Could not resolve hostname spot9: Name or service not known', 'unreachable', /name server/],
    ['kex_exchange_identification: read: Connection reset by peer', 'unreachable', /before the login/],
    ['Connection closed by 10.0.0.5 port 22', 'unreachable', /before the login/],
    ['Host key verification failed.\nConnection closed by UNKNOWN port 65535', 'unreachable', /jump host/],
    ['something new', 'unreachable', /something new/],
    [
      'No ED25519 host key is known for spot1 and you have requested strict checking.\nHost key verification failed.',
      'host-key-unknown',
      /was not verified/,
    ],
    [
      '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.',
      'host-key-changed',
      undefined,
    ],
    ['ubuntu@10.0.0.5: Permission denied (publickey).', 'login-refused', /No key was accepted/],
    ['Received disconnect from 10.0.0.5 port 22:2: Too many authentication failures', 'login-refused', /No key/],
  ] as const)('%s → %s', (said, kind, why) => {
    const { kind: found, why: words, where } = fault(said);
    expect({ found, where }).toEqual({ found: kind, where: 'spot1' });
    if (why) expect(words).toMatch(why);
  });

  test('a jump host that refuses', () => {
    const said = 'kex_exchange_identification: Connection closed by remote host';
    expect(fault(said, { target: { ...target, jump: 'gate' } }).why).toMatch(/jump host failed/);
  });

  const both = 'ubuntu@10.0.0.5: Permission denied (publickey,password).';
  const keysOnly = 'ubuntu@10.0.0.5: Permission denied (publickey).';
  test.each([
    ['wrong password', both, true, /password was not accepted/],
    ['password where none is taken', keysOnly, true, /takes no passwords/],
    ['no password where one would do', both, false, /takes passwords, but none was given/],
  ])('%s', (_, said, passwordGiven, why) => {
    expect(fault(said, { passwordGiven }).why).toMatch(why);
  });

  test('a key file that is not there is named', () => {
    const said = `no such identity: /home/me/lost: No such file or directory\n${keysOnly}`;
    expect(fault(said, { target: { ...target, identityFile: '/home/me/lost' } }).why).toContain('/home/me/lost');
  });

  test.each([
    ['a password', both, 'ssh-copy-id -p 2222 -i /home/me/k -o ProxyJump=gate ubuntu@10.0.0.5'],
    ['another try', 'something new', 'ssh -p 2222 -i /home/me/k -J gate ubuntu@10.0.0.5'],
    ['a change', 'Your password has expired.', 'ssh -p 2222 -i /home/me/k -J gate ubuntu@10.0.0.5'],
  ])('the command of the advice, %s, leads to the same account by the same way', (_, said, command) => {
    const there = { ...target, port: 2222, identityFile: '/home/me/k', jump: 'gate' };
    expect(fault(said, { target: there }).next.join()).toContain(command);
    expect(fault(said).next.join()).toMatch(/(ssh|ssh-copy-id) ubuntu@10\.0\.0\.5$/);
  });

  test.each([
    [both, false, 'login'],
    [both, true, 'login'],
    [keysOnly, true, undefined],
    ['Your account has expired; please contact your administrator', true, undefined],
    ['Connection refused', false, undefined],
  ])('%s, password given: %s: the password that helps is %s', (said, passwordGiven, wants) => {
    expect(fault(said, { passwordGiven }).wants).toBe(wants);
  });

  test('our own time limit', () => {
    expect(fault('', { ending: undefined })).toMatchObject({ why: /time limit of kloudspot/, message: /within 1 min/ });
  });

  test.each([
    ['nologin', { ending: 1, printed: 'This account is currently not available.\n' }, /nologin/],
    ['a forced command', { ending: 0, printed: 'Welcome to the backup gate\n' }, /forced command.*backup gate/],
    ['an expired account', { printed: 'Your account has expired; please contact your administrator\n' }, /expired/],
    ['an expired password', { ending: 1, said: 'Password change required but no TTY available.' }, /must be changed/],
  ] as const)('%s is named', (_, more, why) => {
    expect(fault('', more)).toMatchObject({ kind: 'login-refused', why: expect.stringMatching(why) });
  });

  test("a password that the operator's own configuration keeps back is not called wrong", () => {
    const found = fault(both, { passwordGiven: true, passwordsForbiddenBy: 'preferredauthentications publickey' });
    expect(found.why).toMatch(/own ssh configuration.*preferredauthentications publickey/);
    expect(found.why).not.toMatch(/not accepted, and no key was either/);
  });

  test('of several addresses the most telling fault is shown', () => {
    const refused = fault('Connection refused');
    const changed = fault('REMOTE HOST IDENTIFICATION HAS CHANGED');
    expect(mostTelling([refused, changed])).toBe(changed);
    expect(mostTelling([])).toBeUndefined();
  });
});
