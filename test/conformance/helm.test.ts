// The rehearsal's Helm beside the real one with a real API server: the same words, one after the other, on both.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPlane, needsPlane, type Plane, startPlane } from '../kubernetes/plane.ts';
import { type Bench, bench, install, microk8s } from '../rehearsal/world.ts';

const texts: Readonly<Record<string, string>> = {
  'good.yaml': 'a: 1\n',
  'wrong.yaml': 'b: 2\n',
  'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: "4"\n',
  'web/values.schema.json':
    '{"type":"object","additionalProperties":false,"properties":{"a":{"type":"number"},"global":{}}}',
  'web/templates/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  a: "{{ .Values.a }}"\n',
};
const inX = '--namespace x';
const upgrade = `upgrade --install web FOLDER/web ${inX}`;
const asked = [`status web ${inX} -o json`, `history web ${inX} -o json`, `get values web ${inX} -o json`];
const uninstall = `uninstall web ${inX} --wait --timeout 1m`;

/** In this order: each row builds on those before. */
const rows: readonly string[] = [
  ...asked,
  `get manifest web ${inX}`,
  'list -A -a -o json',
  uninstall,
  `rollback web 1 ${inX}`,
  'upgrade',
  'status',
  'nope',
  `upgrade web FOLDER/web ${inX} --values FOLDER/good.yaml`,
  `upgrade --install web FOLDER/nope ${inX}`,
  `${upgrade} --values FOLDER/nope.yaml`,
  `${upgrade} --values FOLDER/wrong.yaml`,
  `${upgrade} --values FOLDER/good.yaml`,
  `${upgrade} --create-namespace --values FOLDER/good.yaml --description one --timeout 1m`,
  ...asked,
  'list -A -a -o json',
  `install web FOLDER/web ${inX}`,
  `${upgrade} --values FOLDER/wrong.yaml`,
  `${upgrade} --values FOLDER/nope.yaml`,
  `upgrade --install web FOLDER/nope ${inX}`,
  `${upgrade} --values FOLDER/good.yaml --description two`,
  ...asked,
  `rollback web 9 ${inX}`,
  `rollback web 1 ${inX}`,
  ...asked,
  `rollback web ${inX}`,
  uninstall,
  uninstall,
  ...asked,
];

/** Times are those of two clocks, and what a release has made comes from `get manifest` in a rehearsal. */
const comparable = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d\.\d+/g, 'DATE$1TIME')
    .replaceAll(/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, 'DATE')
    .replaceAll(/"manifest":"(?:[^"\\]|\\.)*",/g, '');

describe.skipIf(!hasPlane)(`Helm of a rehearsal ${needsPlane}`, () => {
  let plane: Plane;
  let world: Bench;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kloudspot-helm-'));
    plane = await startPlane();
    world = await bench();
    await install(world, 'ks-1');
    const host = await world.host('ks-1');
    for (const [name, content] of Object.entries(texts)) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      await host.writeFile({ path, content });
    }
  });
  afterAll(async () => {
    await world.close();
    await plane.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('says word by word what the real one says, with its exit code', async () => {
    const config = await plane.kubeconfigOf('admin');
    for (const words of rows) {
      const argv = words.replaceAll('FOLDER', folder).split(' ');
      const options = { reject: false, stripFinalNewline: false } as const;
      const real = await execa(join(plane.programs, 'helm'), ['--kubeconfig', config, ...argv], options);
      const ours = await world.run('ks-1', [microk8s, 'helm3', ...argv]);
      expect([ours.code, comparable(ours.stdout), ours.stderr], words).toEqual([
        real.exitCode,
        comparable(real.stdout),
        real.stderr,
      ]);
    }
  });
});
