import { expect, test } from 'vitest';
import { HostFault } from '../../source/host/host-fault.ts';
import { planDrill } from '../../source/plan/steps/drill.ts';
import { items, nodes, workloads } from './cluster-words.ts';
import { type Answers, carryThrough, fakeWorld } from './fake-world.ts';
import { product, siteOf } from './sample.ts';

const M = '/snap/bin/microk8s';
const site = siteOf({ managers: 3 });
const step = planDrill({ node: 'ks-3', through: 'ks-1', seconds: 60, release: 'kloudspot', namespace: 'kloudspot' });

/** A manager whose API takes its time for some looks, counted from the first. */
function slowAt(late: (look: number) => boolean, words: () => string) {
  let looks = 0;
  return () => {
    looks += 1;
    if (!late(looks)) return words();
    throw new HostFault('deadline', 'ks-1', { what: 'A command on ks-1 did not end within 10 s.' });
  };
}

const web = { kind: 'Deployment', name: 'web', wanted: 2, release: 'kloudspot' } as const;

async function drilled(answers: Answers) {
  const world = fakeWorld({ site, product, answers: { [`${M} kubectl get`]: items([]), ...answers } });
  await carryThrough(world.context, step);
  return { report: world.remembered.get('report') ?? '', progressed: world.progressed };
}

test('a look that takes too long is counted as an API that did not answer, and the drill goes on', async () => {
  const { report, progressed } = await drilled({
    [`${M} kubectl get nodes`]: slowAt(
      (look) => look === 3,
      () => nodes('ks-1', 'ks-2', { name: 'ks-3', ready: false }),
    ),
    [`${M} kubectl get deployments`]: slowAt(
      (look) => look === 4,
      () => workloads({ ...web, ready: 1 }),
    ),
  });
  expect(report).toContain('the API did not answer 1 of ');
  expect(report).toContain('web not ready from 0 ms to the end of the cut');
  expect(progressed[1]).toBe('the API does not answer; not ready: web');
  expect(progressed[2]).toBe('ks-3 is lost');
});

test('parts of which nothing was heard are not called ready', async () => {
  const late = slowAt(
    () => true,
    () => '',
  );
  const { report, progressed } = await drilled({ [`${M} kubectl get`]: late });
  expect(report).toMatch(/the API did not answer (\d+) of \1 queries/);
  expect(report).toContain('the API never told which parts were ready');
  expect(new Set(progressed)).toEqual(new Set(['the API does not answer']));
});
