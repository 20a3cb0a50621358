import { describe, expect, test } from 'vitest';
import { redactor } from '../../source/app/support/redact.ts';

const redact = redactor(['correct horse']);

describe('what goes into a support bundle', () => {
  test.each([
    ['password: hunter2', 'password: [hidden]'],
    ['  registryPassword: "hunter2 and more"', '  registryPassword: "[hidden]"'],
    ['{"token": "abc", "name": "web"}', '{"token": "[hidden]", "name": "web"}'],
    ["API_KEY='abc def'", "API_KEY='[hidden]'"],
    ['said correct horse, twice', 'said [hidden], twice'],
    [`data: ${Buffer.from('correct horse').toString('base64')}`, 'data: [hidden]'],
    [`join 10.0.4.21:25000/${'0'.repeat(32)}/977474d09ad8 --worker`, 'join 10.0.4.21:25000/[hidden] --worker'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n', '[hidden]\n'],
  ])('%s', (text, wanted) => {
    expect(redact(text)).toEqual({ text: wanted, places: 1 });
  });

  test.each([
    'secretName: kloudspot-tls',
    'tls:\n  key: /root/server.key',
    'token: null',
    '"secret": false',
    'tokens:\n  - x',
  ])('%s holds none', (text) => {
    expect(redact(text)).toEqual({ text, places: 0 });
  });
});
