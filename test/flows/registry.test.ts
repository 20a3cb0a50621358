import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { openRehearsal } from '../../source/rehearsal/rehearsal.ts';
import { filesUnder } from '../../source/site/files.ts';
import { home, Rehearsal } from './program.ts';

const secret = 'planted-Reg1stry-Secret';

/** A site with the vendor's registry; the secret lies in a file of its own. */
async function siteWith(rehearsal: Rehearsal, text = `${secret}\n`): Promise<string> {
  const secretFile = join(rehearsal.root, 'registry.secret');
  await mkdir(rehearsal.root, { recursive: true });
  await writeFile(secretFile, text, { mode: 0o600 });
  return rehearsal.siteFile(
    (site) => `${site}
chart: { reference: 'oci://registry.example.org/charts/kloudspot', version: 2.4.1 }
registry:
  host: registry.example.org
  user: deploy
  secretFile: ${secretFile}
  mirrors: { docker.io: proxy/hub }
values:
  ingress: { className: nginx }
`,
  );
}

describe("a site with the vendor's chart and registry", () => {
  it('is built with both, and keeps their secret nowhere', async () => {
    const rehearsal = await Rehearsal.begin();
    const site = await siteWith(rehearsal);
    const built = await rehearsal.run('init', '--yes', '--site', site);
    expect(built.code, built.stdout).toBe(0);
    const values = parse(await readFile(rehearsal.path('etc/kloudspot/values.yaml'), 'utf8'), { version: '1.1' });
    expect(values).toMatchObject({
      ingress: { className: 'nginx' },
      global: { registry: 'registry.example.org', imagePullSecret: 'kloudspot-registry' },
    });
    const status = JSON.parse((await rehearsal.run('status', '--json')).stdout);
    expect(status).toMatchObject({ verdict: 'ok', release: { chart: 'kloudspot-2.4.1', differs: [] } });
    const encoded = [
      secret,
      Buffer.from(secret).toString('base64'),
      Buffer.from(`deploy:${secret}`).toString('base64'),
    ];
    const holding = [...(await rehearsal.everything())]
      .filter(([path]) => !path.endsWith('registry.secret'))
      .filter(([, text]) => encoded.some((form) => text.includes(form)))
      .map(([path]) => path);
    expect(holding).toEqual([]);
    const again = await rehearsal.run('apply', '--yes');
    expect(again.code, again.stdout).toBe(0);
    const done = (await rehearsal.journal()).filter(({ type }) => type === 'step-done');
    expect(new Set(done.map(({ outcome }) => outcome))).toEqual(new Set(['already']));
  });

  it('is not begun without the secret', async () => {
    const rehearsal = await Rehearsal.begin();
    const refused = await rehearsal.run('init', '--yes', '--site', await siteWith(rehearsal, ''));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('The file of registry.secretFile is empty.');
    expect(await rehearsal.runs()).toEqual([]);
  });
});

it("a value that the chart's schema refuses ends init before anything is touched, with the line of the site file", async () => {
  const rehearsal = await Rehearsal.begin();
  const site = await rehearsal.siteFile((text) => `${text}\nvalues: { components: { web: { members: all } } }\n`);
  const line = (await readFile(site, 'utf8')).split('\n').findIndex((each) => each.startsWith('values:')) + 1;
  const { code, stdout } = await rehearsal.run('init', '--yes', '--site', site);
  expect(code, stdout).toBe(3);
  expect(stdout).toMatch(
    new RegExp(
      `value components\\.web\\.members, from values\\.components\\.web\\.members in line ${line}: .*each, one, byClass`,
    ),
  );
  expect(await rehearsal.runs()).toEqual([]);
});

describe('what Helm or a registry refuses at a first installation', () => {
  const image = 'registry.example.org/acme/web:9';
  const refusals = [
    {
      what: 'a value that the schema of a chart from the registry does not take',
      command: 'render-chart',
      does: {
        kind: 'end',
        code: 1,
        stderr:
          "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nspot:\n- components.web.members: Invalid type. Expected: object, given: string\n",
      },
      told: /value components\.web\.members.*Invalid type/,
    },
    {
      what: 'a chart that the registry does not have',
      command: 'render-chart',
      does: { kind: 'end', code: 1, stderr: 'Error: registry.example.org/charts/kloudspot:2.4.1: not found' },
      told: /registry\.example\.org\/charts\/kloudspot:2\.4\.1: not found/,
    },
    {
      what: 'an image that the registry does not have',
      command: 'image-manifests',
      does: {
        kind: 'end',
        code: 0,
        stdout: JSON.stringify({ missing: [{ image, kind: 'absent', problem: 'the registry has no such image' }] }),
      },
      told: /registry\.example\.org\/acme\/web:9: the registry has no such image/,
    },
  ];

  it.each(refusals)('$what: the run ends on the first node, before another joins', async ({ command, does, told }) => {
    const healthy = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
    const scenario = join((await Rehearsal.begin()).root, 'scenario.yaml');
    await writeFile(scenario, stringify({ ...healthy, faults: [{ node: 'ks-1', command, does }] }));
    const rehearsal = await Rehearsal.begin(scenario);
    const { code, stdout } = await rehearsal.run('init', '--yes', '--site', await siteWith(rehearsal));
    expect(code, stdout).toBe(4);
    expect(stdout).toMatch(told);
    expect(stdout).toContain('Correct');
    const journal = await rehearsal.journal();
    expect(journal).toContainEqual(expect.objectContaining({ type: 'step-failed', step: 'release-check@ks-1' }));
    const begun = journal.filter(({ type }) => type === 'step-started').map(({ step }) => String(step));
    expect(begun.filter((step) => /^(join|addon|storage-engine)/.test(step))).toEqual([]);
    // The registry has it now, or the fault was the network's.
    const resumed = await rehearsal.run('resume', '--yes');
    expect(resumed.code, resumed.stdout).toBe(0);
  });
});

it("the seed's lines find a product in the namespace default, which is left as it is", async () => {
  const rehearsal = await Rehearsal.begin();
  const site = await rehearsal.siteFile((text) => `${text}\nnamespace: default\n`);
  const built = await rehearsal.run('init', '--yes', '--site', site);
  expect(built.code, built.stdout).toBe(0);
  const journal = await rehearsal.journal();
  expect(journal.filter(({ step }) => step === 'namespace')).toEqual([]);
  const status = JSON.parse((await rehearsal.run('status', '--json')).stdout);
  expect(status).toMatchObject({ verdict: 'ok', release: { name: 'kloudspot', status: 'deployed' } });
  const model =
    [...(await rehearsal.everything())].find(([path]) => path.endsWith('rehearsal/state.json'))?.[1] ?? '{}';
  expect(model).toContain('"statefulsets/default/kloudspot-mongodb"');
  const world = await openRehearsal({ files: filesUnder(rehearsal.path()), speed: 0 });
  const host = await world.hosts.get({ node: 'ks-1', addresses: ['10.0.4.21'] });
  const typed = async (line: string) => (await host.run(line.split(' '), { sudo: true, deadline: 60_000 })).stdout;
  expect(await typed('/snap/bin/microk8s helm3 status kloudspot')).toMatch(/^STATUS: deployed$/m);
  expect(await typed('/snap/bin/microk8s kubectl get deployments,statefulsets')).toContain('kloudspot-mongodb');
  await world.close();
  const stopped = await rehearsal.run('stop', '--yes');
  expect(stopped.code, stopped.stdout).toBe(0);
});

it('a site behind a proxy is built through it, and undo leaves none of it', async () => {
  const rehearsal = await Rehearsal.begin();
  const site = await rehearsal.siteFile((text) =>
    text.replace(/^network:\n/m, 'network:\n  proxy: { http: "http://proxy.example.org:3128" }\n'),
  );
  const built = await rehearsal.run('init', '--yes', '--site', site);
  expect(built.code, built.stdout).toBe(0);
  const state = async () =>
    [...(await rehearsal.everything())].find(([path]) => path.endsWith('rehearsal/state.json'))?.[1] ?? '';
  expect(await state()).toContain('http_proxy=http://proxy.example.org:3128');
  expect(await state()).toContain('90kloudspot-proxy');
  expect((await rehearsal.undo()).code).toBe(0);
  expect(await state()).not.toContain('http_proxy=http://proxy.example.org:3128');
  expect(await state()).not.toContain('90kloudspot-proxy');
});
