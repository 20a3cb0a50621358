import { expect, test } from 'vitest';
import { podObject } from '../../source/kubernetes/objects.ts';
import { isHopeless, stuckPods } from '../../source/kubernetes/workloads.ts';

const state = (name: string, complete: boolean) => ({
  name,
  namespace: 'x',
  kind: 'Deployment' as const,
  wanted: 1,
  ready: complete ? 1 : 0,
  complete,
});
type Waiting = { readonly reason: string; readonly message?: string };
const pod = (name: string, restartCount: number, waiting: Waiting) =>
  podObject.parse({
    metadata: { name },
    status: { phase: 'Pending', containerStatuses: [{ name: 'c', ready: false, restartCount, state: { waiting } }] },
  });
const crash = (name: string, restarts: number) => pod(name, restarts, { reason: 'CrashLoopBackOff' });
const pulls = (name: string, message: string, reason = 'ImagePullBackOff') => pod(name, 0, { reason, message });
const starting = (name: string) => pod(name, 0, { reason: 'ContainerCreating' });
const absent = 'Back-off pulling image "x:9": ErrImagePull: failed to resolve reference "x:9": not found';

type Row = readonly [
  what: string,
  open: readonly string[],
  pods: readonly ReturnType<typeof pod>[],
  before: readonly ReturnType<typeof pod>[],
];

test.each<Row>([
  ['its only new pod was started five times', ['web'], [crash('web-1', 4)], []],
  ['its registry answers and has no such image', ['web'], [pulls('web-1', absent)], []],
  [
    'one ends again and again, the image of the other is nowhere',
    ['web', 'db'],
    [crash('web-1', 5), pulls('db-0', absent)],
    [],
  ],
  ['it crashed once before the wait began, and four times since', ['web'], [crash('web-1', 5)], [crash('web-1', 1)]],
  [
    'its image was being pulled when the wait began',
    ['web'],
    [pulls('web-1', absent)],
    [pulls('web-1', absent, 'ErrImagePull')],
  ],
])('waiting cannot help: %s', (_, open, pods, before) => {
  const states = [state('kafka', true), ...open.map((name) => state(name, false))];
  expect(isHopeless(states, stuckPods(pods, []), stuckPods(before, []))).toBe(true);
});

test.each<Row>([
  ['all is ready', [], [], []],
  ['it was started four times so far', ['web'], [crash('web-1', 3)], []],
  ['the registry does not answer', ['web'], [pulls('web-1', 'dial tcp: i/o timeout')], []],
  ['another part is still starting, which it may need', ['web', 'db'], [crash('web-1', 5), starting('db-0')], []],
  ['another part has no pod yet', ['web', 'db'], [crash('web-1', 5)], []],
  [
    'what crashes is the old pod, beside a new one that starts',
    ['web'],
    [crash('web-1', 9), starting('web-2')],
    [crash('web-1', 9)],
  ],
  ['what crashes is the old pod, and the new one is not there yet', ['web'], [crash('web-1', 9)], [crash('web-1', 9)]],
])('waiting may help: %s', (_, open, pods, before) => {
  const states = [state('kafka', true), ...open.map((name) => state(name, false))];
  expect(isHopeless(states, stuckPods(pods, []), stuckPods(before, []))).toBe(false);
});
