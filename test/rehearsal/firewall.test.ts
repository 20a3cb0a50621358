import { describe, expect, test } from 'vitest';
import { firewall } from '../../source/check/subjects/firewall.ts';
import { packetFilterRules } from '../../source/host/node-state.ts';
import { ports } from '../../source/microk8s/node.ts';
import { filterOf } from '../../source/plan/stages/firewall.ts';
import { candidateFile, restoreTimer } from '../../source/plan/steps/firewall-files.ts';
import { inputOf } from '../check/cases/case.ts';
import { factsOf, makePlan, product, siteOf, stepsOf } from '../plan/sample.ts';
import { onMachines } from './steps.ts';

const shape = { managers: 3, workers: 1 };
const network = { virtualAddress: '10.0.4.30', gateway: '10.0.4.1', nameservers: ['10.0.4.1'] };
const siteWith = (administrators: readonly string[], more: object = {}) =>
  siteOf(shape, { network: { ...network, firewall: { administrators } }, ...more });
const planOf = (site: ReturnType<typeof siteOf>) =>
  makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now: new Date(0) });
const stepFor = (administrators: readonly string[]) => stepsOf(planOf(siteWith(administrators)))('firewall@ks-1');
const step = stepFor(['10.0.4.0/24']);
const cuttingOff = { ...stepFor(['192.0.2.0/24']), id: 'another run' };

describe('what a node takes', () => {
  const site = siteWith([]);
  const of = (name: string, changed = site) => {
    const node = changed.nodes.find((each) => each.name === name);
    return node && filterOf({ site: changed, product, facts: factsOf(shape) }, node);
  };

  test('is the table of ports, by role', () => {
    const cluster = ['10.0.4.21', '10.0.4.22', '10.0.4.23', '10.0.4.24', '10.1.0.0/16'];
    const both = { cluster, udp: [4789, 7946], clients: [80, 443], administrators: [] };
    expect(of('ks-1')).toEqual({ ...both, tcp: [7946, 10250, 16443, 19001, 25000], administration: [22, 16443] });
    expect(of('kw-1')).toEqual({ ...both, tcp: [7946, 10250, 25000], administration: [22] });
    expect(of('ks-1', siteOf(shape))).toBeUndefined();
  });

  test('grows with the services and the ports of the product, and follows the port of SSH', () => {
    const nodes = site.nodes.map((node) => ({ ...node, access: { port: 2222 } }));
    const watched = siteWith([], { nodes, cluster: { services: ['observability'] } });
    expect(of('ks-1', watched)).toMatchObject({
      tcp: [7946, 9100, 10249, 10250, 10257, 10259, 16443, 19001, 25000],
      administration: [2222, 16443],
    });
  });

  test('has the port that SSH came in on, where a router forwards another one to it', () => {
    const seen = { active: [], firewall: { ufw: false, dropping: [] }, proxies: new Map(), askedFiles: [] };
    const facts = factsOf(shape, () => ({ services: { ...seen, ssh: { from: '10.0.9.7', port: 22 } } }));
    const node = { ...site.nodes[0], name: 'ks-1', reach: '198.51.100.4', access: { port: 2201 } };
    expect(filterOf({ site, product, facts }, { ...node, role: 'worker' })?.administration).toEqual([22]);
  });

  test('leaves out no port that a node serves to others, but for what nothing asks', () => {
    const taken = [...(of('ks-1')?.tcp ?? []), ...(of('ks-1')?.clients ?? [])];
    const left = ports.filter(({ port, listens }) => listens !== '127.0.0.1' && !taken.includes(port));
    expect(left.map(({ name }) => name)).toEqual([
      'controllers',
      'scheduler',
      'calico-health',
      'metallb-metrics',
      'ingress-health',
    ]);
  });
});

test('every node has it before the first join, also members that stay when a node comes', () => {
  const steps = planOf(siteWith([])).steps;
  const place = (id: string) => steps.findIndex((each) => each.id === id);
  for (const { name } of siteWith([]).nodes) {
    expect(place(`packages@${name}`)).toBeLessThan(place(`firewall@${name}`));
    expect(place(`firewall@${name}`)).toBeLessThan(place('join-manager@ks-2'));
  }
  expect(steps.find(({ id }) => id === 'packages@ks-1')?.parameters['install']).toContain('nftables');
});

describe('on a node', () => {
  const site = siteWith(['10.0.4.0/24']);

  test('it is tried with a new connection, kept, loaded at the next start, and undone', async () => {
    const machines = await onMachines(site, product);
    const { world } = machines;
    expect(await machines.state(step)).toEqual({ ok: false, observed: 'no packet filter of kloudspot' });
    expect(await machines.act(step)).toEqual({ ok: true, observed: 'the rules are loaded, also at boot' });
    await world.run('ks-1', 'systemctl reboot');
    await world.pass(5_000);
    await world.hosts.forget('ks-1');
    await world.pass(60_000);
    expect(await machines.state(step)).toMatchObject({ ok: true });
    await world.run('ks-1', 'nft delete table inet kloudspot');
    expect(await machines.state(step)).toEqual({ ok: false, observed: 'its rules are not loaded' });
    expect(await machines.act(step)).toMatchObject({ ok: true });
    await machines.undo(step);
    expect(await machines.state(step)).toEqual({ ok: false, observed: 'no packet filter of kloudspot' });
    expect((await world.run('ks-1', 'nft delete table inet kloudspot')).code).toBe(1);
  });

  test('rules that cut off the machine that kloudspot runs on are dropped by the node itself, and nothing of them stays', async () => {
    const machines = await onMachines(site, product);
    await expect(machines.act(cuttingOff)).rejects.toMatchObject({
      seen: expect.stringContaining('it has dropped the new rules by itself'),
      next: [expect.stringContaining('network.firewall')],
    });
    const host = await machines.world.host('ks-1');
    expect(await host.readFile(packetFilterRules)).toBeUndefined();
    expect((await machines.world.run('ks-1', 'nft delete table inet kloudspot')).code).toBe(1);
  });

  test('rules that cut it off give way to those of before', async () => {
    const machines = await onMachines(site, product);
    await machines.act(step);
    await expect(machines.act(cuttingOff)).rejects.toThrow();
    expect(await machines.state(step)).toMatchObject({ ok: true });
    await machines.undo(cuttingOff);
    expect(await machines.state(step)).toMatchObject({ ok: true });
  });

  test('a run that was killed while they were on trial is continued', async () => {
    const machines = await onMachines(site, product);
    const host = await machines.world.host('ks-1');
    for (const { path, content, mode } of step.files) await host.writeFile({ path, content, mode });
    for (const name of ['arm', 'load', 'keep', 'enable']) {
      const words = step.commands.find((each) => each.name === name)?.command;
      if (Array.isArray(words)) await machines.world.run('ks-1', words);
    }
    expect(await machines.state(step)).toEqual({
      ok: false,
      observed: 'rules of an earlier run are not confirmed yet',
    });
    expect(await machines.act(step)).toMatchObject({ ok: true });
    const timer = await machines.world.run('ks-1', `systemctl is-active ${restoreTimer}.timer`);
    expect(timer.stdout.trim()).toBe('inactive');
  });

  test('a text that nftables refuses changes nothing', async () => {
    const machines = await onMachines(site, product);
    const files = step.files.map((file) => (file.path === candidateFile ? { ...file, content: 'nonsense' } : file));
    await expect(machines.act({ ...step, files })).rejects.toThrow();
    expect((await machines.world.run('ks-1', 'nft delete table inet kloudspot')).code).toBe(1);
  });

  test('a node that does not let another one in is not joined to', async () => {
    const machines = await onMachines(site, product);
    const { stdout: shown } = await machines.world.run('ks-1', 'ip -4 -o address show');
    const address = /inet (10\.[\d.]+)/.exec(shown)?.[1] ?? '';
    const probe = async (port: number) => {
      const host = await machines.world.host('ks-2');
      const { stdout } = await host.run({ name: 'tcp-probe', text: '', arguments: [address, String(port)] });
      return stdout.trim();
    };
    const before = await probe(22);
    await machines.act(step);
    expect([before, await probe(22)]).toEqual(['open 22', 'open 22']);
    const own = stepFor(['10.0.4.5/32']);
    await machines.act(own);
    expect(await probe(22)).toBe('closed 22');
  });
});

test('a table of ours is not warned of', () => {
  const dropping = [{ table: 'inet kloudspot', chain: 'input', hook: 'input' as const }];
  const input = inputOf(
    {
      facts: {
        'ks-1': (facts) => ({
          ...facts,
          ...(facts.services && { services: { ...facts.services, firewall: { ufw: false, dropping } } }),
        }),
      },
    },
    product,
  );
  expect(firewall.judge(input).map(({ grade }) => grade)).not.toContain('warn');
});
