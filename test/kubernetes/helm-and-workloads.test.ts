import { describe, expect, test } from 'vitest';
import {
  parseChartName,
  parseHistory,
  parseReleaseList,
  parseReleaseStatus,
  revisionToRollBackTo,
} from '../../source/kubernetes/helm.ts';
import { podObject, workloadObject } from '../../source/kubernetes/objects.ts';
import { latestWarnings, podTrouble, workloadState } from '../../source/kubernetes/workloads.ts';

const worker =
  'This MicroK8s deployment is acting as a node in a cluster. Please use the microk8s helm on the master.\n';

describe('helm', () => {
  test('plain words with exit code 0 are not an answer', () => {
    expect(parseReleaseStatus(worker)).toBeUndefined();
    expect(parseHistory(worker)).toBeUndefined();
    expect(parseReleaseList(worker)).toBeUndefined();
  });

  test('list prints revisions as text', () => {
    const text =
      '[{"name":"kloudspot","namespace":"kloudspot","revision":"7","updated":"2026-11-21 08:00:00","status":"deployed","chart":"kloudspot-2.4.1","app_version":"2.4"}]';
    expect(parseReleaseList(text)?.[0]?.revision).toBe(7);
  });

  test.each([
    [['deployed'], undefined],
    [['pending-install'], undefined],
    [['failed', 'pending-upgrade'], undefined],
    [['superseded', 'deployed'], 1],
    [['superseded', 'superseded', 'failed', 'failed'], 2],
    [['superseded', 'deployed', 'pending-upgrade'], 2],
  ])('after %j one goes back to %s', (statuses, revision) => {
    const history = statuses.map((status, index) => ({
      revision: index + 1,
      status,
      chart: 'x-1.0.0',
      description: '',
    }));
    expect(revisionToRollBackTo(history)).toBe(revision);
  });

  test.each([
    ['kloudspot-2.4.1', { name: 'kloudspot', version: '2.4.1' }],
    ['lvm-localpv-1.9.1-rc.1', { name: 'lvm-localpv', version: '1.9.1-rc.1' }],
    ['nothing', undefined],
  ])('chart %s', (text, chart) => {
    expect(parseChartName(text)).toEqual(chart);
  });
});

describe('workloads', () => {
  const complete = (kind: string, status: object, more: { replicas?: number; generation?: number } = {}) =>
    workloadState(
      workloadObject.parse({
        kind,
        metadata: { name: 'x', generation: more.generation ?? 1 },
        spec: { replicas: more.replicas ?? 2 },
        status,
      }),
    ).complete;

  test.each<[string, boolean]>([
    ['all there', complete('Deployment', { observedGeneration: 1, replicas: 2, readyReplicas: 2, updatedReplicas: 2 })],
    [
      'an old pod is still there',
      !complete('Deployment', { observedGeneration: 1, replicas: 3, readyReplicas: 3, updatedReplicas: 2 }),
    ],
    [
      'the controller has not looked yet',
      !complete(
        'Deployment',
        { observedGeneration: 1, replicas: 2, readyReplicas: 2, updatedReplicas: 2 },
        { generation: 2 },
      ),
    ],
    ['nothing reported yet', !complete('Deployment', {})],
    [
      'a stateful set that was never updated counts as current',
      complete('StatefulSet', {
        observedGeneration: 1,
        replicas: 2,
        readyReplicas: 2,
        currentRevision: 'a',
        updateRevision: 'a',
      }),
    ],
    [
      'a stateful set in the middle of an update',
      !complete('StatefulSet', {
        observedGeneration: 1,
        replicas: 2,
        readyReplicas: 2,
        updatedReplicas: 1,
        currentRevision: 'a',
        updateRevision: 'b',
      }),
    ],
    [
      'a daemon set on every node',
      complete('DaemonSet', {
        observedGeneration: 1,
        desiredNumberScheduled: 3,
        numberReady: 3,
        updatedNumberScheduled: 3,
      }),
    ],
    ['a daemon set on no node is not complete', !complete('DaemonSet', { observedGeneration: 1 })],
    ['scaled to nothing', complete('Deployment', { observedGeneration: 1 }, { replicas: 0 })],
  ])('%s', (_, as) => {
    expect(as).toBe(true);
  });

  test.each([
    [
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] },
      /not placed on a node: 0\/3/,
    ],
    [
      {
        phase: 'Running',
        containerStatuses: [
          { name: 'a', state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting' } } },
        ],
      },
      /^it keeps exiting after it has started \(CrashLoopBackOff: back-off 20s restarting\)$/,
    ],
    [
      {
        phase: 'Pending',
        containerStatuses: [{ name: 'a', state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }],
      },
      /ErrImagePull: not found/,
    ],
    [
      {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'a',
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
            lastState: { terminated: { reason: 'Error', exitCode: 3 } },
          },
        ],
      },
      /^it keeps exiting .* \(CrashLoopBackOff: back-off 40s; last with exit code 3\)$/,
    ],
    [
      {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'a',
            restartCount: 2,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s' } },
            lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
          },
        ],
      },
      /^it exceeds its memory limit and is killed \(OOMKilled; restarted 2 times; CrashLoopBackOff: back-off 20s\)$/,
    ],
    [
      { phase: 'Running', containerStatuses: [{ name: 'a', state: { terminated: { reason: 'Error', exitCode: 3 } } }] },
      /^it exited with code 3 \(Error; restarted 0 times\)$/,
    ],
    [
      { phase: 'Running', containerStatuses: [{ name: 'a', started: true, state: {} }] },
      /^Running, not ready: its readiness probe does not pass$/,
    ],
    [{ phase: 'Running' }, /Running, not ready/],
    [{ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }, undefined],
    [{ phase: 'Succeeded' }, undefined],
  ])('pod %j', (status, trouble) => {
    const said = podTrouble(podObject.parse({ metadata: { name: 'x' }, status }));
    if (trouble) expect(said).toMatch(trouble);
    else expect(said).toBeUndefined();
  });

  test('the newest warnings, none twice', () => {
    const event = (reason: string, lastTimestamp: string, type = 'Warning') => ({
      metadata: { name: '', namespace: '', labels: {}, annotations: {}, generation: 0, creationTimestamp: '' },
      type,
      reason,
      message: 'm',
      involvedObject: { kind: 'Pod', name: 'web' },
      lastTimestamp,
    });
    const events = [event('Old', '1'), event('New', '3'), event('New', '2'), event('Fine', '4', 'Normal')];
    expect(latestWarnings(events, 5)).toEqual(['Pod web: New: m', 'Pod web: Old: m']);
  });
});
