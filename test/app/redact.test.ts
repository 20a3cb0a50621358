import { describe, expect, test } from 'vitest';
import { redactor } from '../../source/app/support/redact.ts';

const redact = redactor(['correct horse']);

describe('what goes into a support bundle', () => {
  test.each([
    ['password: hunter2', 'password: [hidden]'],
    ['  registryPassword: "hunter2 and more"', '  registryPassword: "[hidden]"'],
    ['  password: three plain words # site.yaml: registry', '  password: [hidden] # site.yaml: registry'],
    ['password: |-\n  hunter2\n\n  hunter3\nuser: web', 'password: |-\n  [hidden]\nuser: web'],
    ['- name: DB_PASSWORD\n  value: hunter2\n', '- name: DB_PASSWORD\n  value: [hidden]\n'],
    ['E1128 refused token=abc for web', 'E1128 refused token=[hidden] for web'],
    ['helm registry login --password hunter2 host', 'helm registry login --password [hidden] host'],
    ["API_KEY='abc def'", "API_KEY='[hidden]'"],
    ['said correct horse, twice', 'said [hidden], twice'],
    [`data: ${Buffer.from('correct horse').toString('base64')}`, 'data: [hidden]'],
    [`join 10.0.4.21:25000/${'0'.repeat(32)}/977474d09ad8 --worker`, 'join 10.0.4.21:25000/[hidden] --worker'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n', '[hidden]\n'],
  ])('%s', (text, wanted) => {
    expect(redact(text)).toEqual({ text: wanted, places: 1 });
  });

  test.each([
    [
      { token: 'abc', name: 'web' },
      { token: '[hidden]', name: 'web' },
    ],
    [{ env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }, { env: [{ name: 'DB_PASSWORD', value: '[hidden]' }] }],
    [{ command: ['login', '--password', 'hunter2'] }, { command: ['login', '--password', '[hidden]'] }],
    [{ passwords: ['hunter2'] }, { passwords: ['[hidden]'] }],
    [
      { pin: 1, password: 4711 },
      { pin: 1, password: '[hidden]' },
    ],
    // A file inside a plan: its lines are escaped, and quotes with them.
    [
      { text: 'password: "hunter 2"\nfeatures:\n  web: true\n' },
      { text: 'password: "[hidden]"\nfeatures:\n  web: true\n' },
    ],
    // What kubectl keeps of an object in an annotation of it.
    [{ last: '{"password":"hunter2","name":"web"}\n' }, { last: '{"password":"[hidden]","name":"web"}\n' }],
  ])('JSON %j', (value, wanted) => {
    const pretty = (some: unknown) => `${JSON.stringify(some, undefined, 2)}\n`;
    expect(redact(pretty(value))).toEqual({ text: pretty(wanted), places: 1 });
    const lines = `${JSON.stringify(value)}\n{"type":"end"}\n`;
    expect(redact(lines)).toEqual({ text: `${JSON.stringify(wanted)}\n{"type":"end"}\n`, places: 1 });
  });

  test.each([
    'secretName: kloudspot-tls',
    'tls:\n  key: /root/server.key',
    'token: null',
    '"secret": false',
    'tokens:\n  - x',
    'imagePullSecret: ""\nfeatures:\n  web: true',
    '{"text": "imagePullSecret: \\"\\"\\nfeatures:\\n"}',
    'Give passwords with --password-file FILE (mode 0600) or --password-fd N.',
    'add-node --token-ttl 3600',
  ])('%s holds none', (text) => {
    expect(redact(text)).toEqual({ text, places: 0 });
  });
});
