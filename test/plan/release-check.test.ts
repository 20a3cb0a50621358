import { expect, test } from 'vitest';
import { type Answers, carryThrough, fakeWorld } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf, stepsOf } from './sample.ts';

const shape = { managers: 3 };
const secret = 'planted-S3cret';
const plan = makePlan({
  purpose: 'init',
  site: siteOf(shape, {
    chart: { reference: 'oci://registry.acme.eu/charts/spot', version: '2.4.1' },
    registry: { host: 'registry.acme.eu', user: 'deploy' },
    values: { components: { web: { members: 'all' } } },
  }),
  product,
  facts: factsOf(shape),
  now: new Date('2026-11-21T08:00:00Z'),
});
const step = stepsOf(plan)('release-check@ks-1');
const pod = `apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ name: web, image: "registry.acme.eu/web:9" }] }
`;
const rendered = `name: spot\nversion: 2.4.1\n--- # manifest\n---\n${pod}`;
const missing = (...found: readonly object[]) => ({ stdout: JSON.stringify({ missing: found }) });
const of = (kind: string) => ({ image: 'registry.acme.eu/web:9', kind, problem: 'the registry has no such image' });

const judged = (answers: Answers) => {
  const world = fakeWorld({
    site: plan.site,
    product,
    registrySecret: secret,
    answers: { '/snap/bin/microk8s ctr images ls': { code: 1 }, ...answers },
  });
  return { ...world, end: carryThrough(world.context, step) };
};

test('what Helm takes and the registry has is told, and nothing is run for it', async () => {
  const { end, ran, concealed } = judged({ 'render-chart': rendered, 'image-manifests': missing() });
  await expect(end).resolves.toMatchObject({
    before: { ok: false, observed: 'not judged yet' },
    after: { ok: true, observed: 'Helm takes spot 2.4.1 with these values, 1 image found' },
  });
  expect(ran).toEqual([]);
  expect(concealed).toContain(secret);
});

test('Helm renders it with the login of the registry', async () => {
  const asked: { text: string; stdin: string | undefined }[] = [];
  const render = ({ text, stdin }: { text: string; stdin: string | undefined }) => {
    asked.push({ text, stdin });
    return rendered;
  };
  await judged({ 'render-chart': render, 'image-manifests': missing() }).end;
  expect(asked[0]?.text).toMatch(/oci:\/\/registry\.acme\.eu\/charts\/spot 2\.4\.1 .*registry\.acme\.eu deploy/);
  expect(asked[0]?.text).not.toContain(secret);
  expect(asked[0]?.stdin?.split('\n')[1]).toBe(Buffer.from(secret).toString('base64'));
});

/** What stops it, and what the operator is told. */
const refusals: readonly (readonly [string, Answers, object])[] = [
  [
    "a value that the chart's schema refuses, by its key in site.yaml",
    { 'render-chart': { code: 1, stderr: '- components.web.members: Invalid type. Expected: object, given: string' } },
    {
      seen: 'value components.web.members, from values.components.web.members: Invalid type. Expected: object, given: string',
      next: [
        'Correct site.yaml: its answers, `values`, `chart` or `registry`.',
        'No other node has joined yet. After a correction of site.yaml: kloudspot apply',
      ],
    },
  ],
  [
    "a chart that is not there, in Helm's words",
    { 'render-chart': { code: 1, stderr: 'Error: failed to perform "FetchReference" on source: not found' } },
    { seen: 'Error: failed to perform "FetchReference" on source: not found', where: 'ks-1' },
  ],
  [
    'an image that its registry does not have',
    { 'render-chart': rendered, 'image-manifests': missing(of('absent')) },
    { seen: 'registry.acme.eu/web:9: the registry has no such image', where: 'ks-1' },
  ],
];

test.each(refusals)('%s', async (_, answers, words) => {
  await expect(judged(answers).end).rejects.toMatchObject(words);
});

test('a registry that says nothing is told and stops nothing', async () => {
  const { end, progressed } = judged({ 'render-chart': rendered, 'image-manifests': missing(of('silent')) });
  await expect(end).resolves.toMatchObject({ after: { ok: true, observed: expect.stringMatching(/0 images found/) } });
  expect(progressed).toEqual([
    expect.stringContaining('registry.acme.eu/web:9 was not found, and not every registry answered'),
  ]);
});
