import { expect, test } from 'vitest';
import { renderChart } from '../../source/kubernetes/render-chart.ts';
import { parseSchemaWords } from '../../source/kubernetes/schema-words.ts';
import { valuesText } from '../../source/plan/values.ts';
import { readChart } from '../../source/workstation/chart-files.ts';
import { inState } from '../conformance/states.ts';
import { product, siteOf } from '../plan/sample.ts';
import { chart } from '../product/rendered-chart.ts';

const files = readChart(chart);
const good = valuesText(siteOf({ managers: 3 }), product);
const bad = `${good}components: { web: { members: all } }\n`;
const keysIn = (said: string) => parseSchemaWords(said).map(({ path }) => path.join('.'));

test("the rehearsed Helm judges the values of a chart that is sent by the chart's schema", async () => {
  const { world } = await inState('plain', '1.34');
  const host = await world.host('ks-1');
  const asked = { release: 'kloudspot', namespace: 'kloudspot', chart: { chart }, files };
  expect(await renderChart(host, { ...asked, values: good })).toMatchObject({ rendered: { name: 'kloudspot' } });
  const refused = await renderChart(host, { ...asked, values: bad });
  expect('said' in refused && keysIn(refused.said)).toEqual(expect.arrayContaining(['components.web.members']));
});

test('and those of a chart in a folder of the machine, before anything is installed', async () => {
  const { world } = await inState('plain', '1.34');
  const host = await world.host('ks-1');
  for (const [path, content] of files) await host.writeFile({ path: `/opt/chart/${path}`, content, mode: 0o644 });
  const install = (values: string) =>
    world.run('ks-1', '/snap/bin/microk8s helm3 install spot /opt/chart --create-namespace -n spot -f -', {
      stdin: values,
    });
  const refused = await install(bad);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('INSTALLATION FAILED: values don') });
  expect(keysIn(refused.stderr)).toContain('components.web.members');
  expect((await world.run('ks-1', '/snap/bin/microk8s helm3 list -A')).stdout).not.toContain('spot');
  expect(await install(good)).toMatchObject({ code: 0 });
});
