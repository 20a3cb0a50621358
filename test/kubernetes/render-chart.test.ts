import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReadOnlyHost, RunOptions, Script } from '../../source/host/host.ts';
import { renderChart } from '../../source/kubernetes/render-chart.ts';
import { loadProduct } from '../../source/product/load.ts';
import { chart, foundHelm, needsHelm, valuesFor } from '../product/rendered-chart.ts';

const product = await loadProduct('kloudspot');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'render-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the very script, with the real Helm in the place of `microk8s helm3` and a folder of the test in that of /run. */
async function hostWithHelm(): Promise<ReadOnlyHost> {
  const microk8s = join(folder, 'microk8s');
  await writeFile(microk8s, `#!/bin/sh\nshift\nexec ${foundHelm} "$@"\n`);
  await chmod(microk8s, 0o755);
  await mkdir(join(folder, 'run'), { recursive: true });
  return {
    name: 'ks-1',
    readFile: async () => undefined,
    run: async (command, { stdin = '' }: RunOptions = {}) => {
      const script = command as Script;
      const text = script.text.replaceAll('/snap/bin/microk8s', microk8s).replaceAll('/run/', `${folder}/run/`);
      const {
        stdout,
        stderr,
        exitCode = 1,
      } = await execa('bash', ['-c', text, script.name, ...(script.arguments ?? [])], {
        input: stdin,
        reject: false,
      });
      return { stdout, stderr, code: exitCode };
    },
  };
}

async function filesOf(top: string): Promise<Map<string, string>> {
  const names = await readdir(top, { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return new Map(
    await Promise.all(files.map(async (path) => [path.slice(top.length + 1), await readFile(path, 'utf8')] as const)),
  );
}

const request = (values: string, files: Map<string, string>) => ({
  release: product.release,
  namespace: product.namespace,
  chart: { chart: '/var/lib/kloudspot/charts/kloudspot' },
  values,
  files,
  kubernetes: 'v1.34.1',
});

const withHelm = test.skipIf(foundHelm === undefined);

withHelm(`the real Helm renders a chart that is sent along, and leaves nothing behind ${needsHelm}`, async () => {
  const host = await hostWithHelm();
  const answer = await renderChart(host, request(valuesFor(product, 3, ['kloudInsights']), await filesOf(chart)));
  expect(answer).toMatchObject({ rendered: { name: 'kloudspot', version: expect.stringMatching(/^\d/) } });
  const kinds = 'rendered' in answer ? answer.rendered.objects.map(({ kind }) => kind) : [];
  expect(kinds).toEqual(expect.arrayContaining(['Deployment', 'StatefulSet', 'Service', 'Ingress']));
  // The job that verifies is a hook: an update does not touch it.
  expect(kinds).not.toContain('Job');
  expect(await readdir(join(folder, 'run'))).toEqual([]);
});

withHelm(`values that the chart's schema refuses come back in Helm's words ${needsHelm}`, async () => {
  const host = await hostWithHelm();
  const values = `${valuesFor(product, 3, [])}\nextra: { unknown: true }\n`;
  const answer = await renderChart(host, request(values, await filesOf(chart)));
  expect(answer).toMatchObject({ said: expect.stringMatching(/extra/) });
  expect(await readdir(join(folder, 'run'))).toEqual([]);
});
