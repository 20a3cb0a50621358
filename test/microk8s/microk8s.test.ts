import { describe, expect, test } from 'vitest';
import { ingressOf, microk8s, parseJoinToken } from '../../source/microk8s/microk8s.ts';
import { openChange, readSnapList, runningTask } from '../../source/microk8s/snap.ts';
import { parseMicroK8sStatus, sayStatus } from '../../source/microk8s/status.ts';

const said = (stdout: string, code = 0, stderr = '') => ({ stdout, stderr, code });

const running = `microk8s:
  running: True
high-availability:
  enabled: True
  nodes:
    - address: 10.0.0.11:19001
      role: voter
    - address: 10.0.0.14:19001
      role: spare
addons:
  - name: dns
    repository: core
    description: CoreDNS
    version: 1.10
    status: enabled
  - name: fluentd
    repository: community
    description: Elasticsearch-Fluentd-Kibana logging and monitoring
    version:  
    status: disabled
`;

describe('microk8s status', () => {
  test('running', () => {
    expect(parseMicroK8sStatus(said(running))).toEqual({
      state: 'running',
      members: [
        { address: '10.0.0.11', role: 'voter' },
        { address: '10.0.0.14', role: 'spare' },
      ],
      addons: ['dns'],
    });
  });

  test.each([
    [
      'a sick datastore lists no one',
      'microk8s:\n  running: True\nhigh-availability:\n  enabled: True\n  nodes:\naddons:\n',
      'running',
    ],
    [
      'not ready: the message lands inside high-availability',
      'microk8s:\n  running: False\nhigh-availability:\n  enabled: True\n  nodes:\n    - address: 127.0.0.1:19001\n      role: voter\n  message: microk8s is not running. Use microk8s inspect for a deeper inspection.\n',
      'not-ready',
    ],
    ['stopped, with exit code 0', 'microk8s is not running, try microk8s start\n', 'stopped'],
    [
      'a worker, with exit code 0',
      'This MicroK8s deployment is acting as a node in a cluster.\nPlease use the control plane node.\n',
      'worker',
    ],
    [
      'too little memory',
      'This node does not have enough RAM to host the Kubernetes control plane services\n',
      'low-memory',
    ],
    ['something else', 'Traceback (most recent call last):\n', 'unknown'],
    ['nothing', '', 'unknown'],
  ])('%s', (_, text, state) => {
    const status = parseMicroK8sStatus(said(text));
    expect(status.state).toBe(state);
    expect(sayStatus(status)).not.toBe('');
  });

  test('no permission, and not installed', () => {
    const words = 'Insufficient permissions to access MicroK8s.\nYou can either try again with sudo\n';
    expect(parseMicroK8sStatus(said('', 1, words)).state).toBe('no-permission');
    expect(parseMicroK8sStatus(said('', 127)).state).toBe('absent');
  });
});

describe('join', () => {
  const token = `${'0123456789abcdef'.repeat(2)}/977474d09ad8`;

  test('the token comes from the JSON, the address from us', () => {
    const text = JSON.stringify({ token, urls: [`172.17.0.1:25000/${token}`] }, undefined, 2);
    expect(parseJoinToken(text)).toBe(token);
    expect(microk8s.join('10.0.0.11', token, 'worker').slice(1)).toEqual([
      'join',
      `10.0.0.11:25000/${token}`,
      '--worker',
    ]);
  });

  test.each(['', 'This MicroK8s deployment is acting as a node in a cluster.', '{"token":"short/1"}', '{}'])(
    '%j is not a token',
    (text) => {
      expect(parseJoinToken(text)).toBeUndefined();
    },
  );
});

test.each([
  ['1.34/stable', 'nginx'],
  ['1.35/stable', 'traefik'],
  ['2.0/edge', 'traefik'],
])('the ingress of %s is %s', (channel, ingress) => {
  expect(ingressOf(channel)).toBe(ingress);
});

test.each([
  ['classic,held', true],
  ['classic', false],
])('snap list with notes %s', (notes, held) => {
  const text = `Name      Version  Rev   Tracking     Publisher   Notes\nmicrok8s  v1.34.1  8000  1.34/stable  canonical✓  ${notes}\n`;
  const answer = { code: 0, stdout: text, stderr: '' };
  expect(readSnapList('microk8s', answer)).toEqual({
    answered: true,
    value: { version: 'v1.34.1', revision: '8000', tracking: '1.34/stable', held, broken: false },
  });
  expect(readSnapList('core22', answer)).toMatchObject({ answered: false });
});

test.each([
  ['a snap that is not there', 1, 'error: no matching snaps installed', { answered: true, value: undefined }],
  ['a machine without snapd', 127, 'snap: command not found', { answered: true, value: undefined }],
  [
    'a snapd that restarts',
    1,
    'error: cannot list snaps: cannot communicate with server: Get "http://localhost/v2/snaps?snaps=microk8s": dial unix /run/snapd.socket: connect: connection refused',
    { answered: false, said: expect.stringContaining('cannot communicate with server') },
  ],
  [
    'a machine on its first start',
    1,
    'error: too early for operation, device not yet seeded or device model not acknowledged',
    { answered: false, said: expect.stringContaining('too early for operation') },
  ],
])('snap list of %s', (_, code, stderr, expected) => {
  expect(readSnapList('microk8s', { code, stdout: '', stderr })).toEqual(expected);
});

test('snap changes names the change that snapd works at, and snap tasks what it does and how much of it is done', () => {
  const changes = `ID   Status  Spawn               Ready               Summary
7    Done    today at 08:10 UTC  today at 08:11 UTC  Refresh "core22" snap
12   Doing   today at 08:18 UTC  -                   Install "microk8s" snap from "1.34/stable" channel
`;
  expect(openChange(changes)).toEqual({ id: '12', summary: 'Install "microk8s" snap from "1.34/stable" channel' });
  expect(openChange('error: no changes found\n')).toBeUndefined();
  const tasks = (running: string) => `Status  Spawn               Ready               Summary
Done    today at 08:18 UTC  today at 08:18 UTC  Ensure prerequisites for "microk8s" are available
Doing   today at 08:18 UTC  -                   ${running}
Do      today at 08:18 UTC  -                   Mount snap "microk8s" (8612)
`;
  const download = 'Download snap "microk8s" (8612) from channel "1.34/stable"';
  expect(runningTask(tasks(`${download} (45.23%)`))).toEqual({ summary: `${download} (45.23%)`, fraction: 0.4523 });
  expect(runningTask(tasks(download))).toEqual({ summary: download, fraction: undefined });
  expect(runningTask('error: cannot find change with id "12"')).toBeUndefined();
});
