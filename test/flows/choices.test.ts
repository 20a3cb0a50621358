import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Rehearsal } from './program.ts';

/** The site of the rehearsal without its product, with more in it. */
async function siteWith(rehearsal: Rehearsal, more: Record<string, Record<string, unknown>>): Promise<string> {
  const { stdout } = await rehearsal.run('plan', '--json');
  const site = { ...JSON.parse(stdout).site, deploy: 'later' };
  for (const [key, value] of Object.entries(more)) site[key] = { ...site[key], ...value };
  const path = join(rehearsal.root, 'site.yaml');
  await writeFile(path, stringify(site));
  return path;
}

it('a firewall, RBAC and groups stand beside services of the cluster, which run on volumes that were counted, are found standing, and go again', async () => {
  const rehearsal = await Rehearsal.begin();
  const site = await siteWith(rehearsal, {
    cluster: {
      services: ['metrics-server', 'observability'],
      rbac: true,
      oidc: { issuer: 'https://login.acme.eu', clientId: 'spot', groups: { view: ['auditors'] } },
    },
    network: { firewall: { administrators: ['10.0.4.0/24'] } },
    storage: { volumes: { 'observability-metrics': 30 } },
  });
  const built = await rehearsal.run('init', '--site', site, '--yes');
  expect(built.code, `${built.stdout.slice(-3000)}\n${built.stderr}`).toBe(0);
  expect(built.stdout).toMatch(/Observability runs, prometheus-\S+ 30 GB, storage-loki-0 20 GB/);

  const last = ['--step', 'cluster-service/observability'];
  const refused = await rehearsal.run('undo', ...last, '--yes');
  expect(refused.code).toBe(6);
  const undone = await rehearsal.run('undo', ...last, '--yes', '--confirm-data-loss', 'berlin');
  expect(undone.code, undone.stdout).toBe(0);
  const again = await rehearsal.run('apply', '--site', site, '--yes');
  expect(again.code, again.stdout.slice(-3000)).toBe(0);
  const events = await rehearsal.journal();
  const outcomeOf = (id: string) => events.find(({ step, outcome }) => step === id && outcome !== undefined)?.outcome;
  expect(outcomeOf('cluster-service/metrics-server')).toBe('already');
  for (const id of ['firewall@ks-1', 'api-server@ks-1', 'api-server@ks-3', 'group-bindings'])
    expect([id, outcomeOf(id)]).toEqual([id, 'already']);
  expect(outcomeOf('cluster-service/observability')).toBe('changed');
}, 600_000);
