import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { checkSite, judgeSeen } from '../../source/app/check-site.ts';
import { type AccessPrompts, connect, lookAtNodes } from '../../source/app/connect.ts';
import { openInitSession } from '../../source/app/init-session.ts';
import { reachNode } from '../../source/app/reach-node.ts';
import type { AccessState } from '../../source/app/session.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { type OpenedSite, openSite } from '../../source/app/site.ts';
import { Fault } from '../../source/errors/fault.ts';
import type { Host, HostPool } from '../../source/host/host.ts';
import { sudoRefused } from '../../source/host/host-fault.ts';
import { draftTarget, targetOf } from '../../source/network/targets.ts';
import { filesUnder } from '../../source/site/files.ts';
import type { DraftValue, SiteDraft } from '../../source/site/schema.ts';

const left: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of left.splice(0).reverse()) await close();
});

async function settings(scenario = 'healthy') {
  const root = await mkdtemp(join(tmpdir(), 'ks-connect-'));
  left.push(() => rm(root, { recursive: true, force: true, maxRetries: 20 }));
  return settingsFrom({ root, rehearse: scenario, speed: '1000000' });
}

async function rehearsed(scenario?: string): Promise<OpenedSite> {
  const opened = await openSite(await settings(scenario));
  left.push(() => opened.close());
  return opened;
}

it('a refused login says why, and what else helps', async () => {
  const { site, world } = await rehearsed('passwords');
  const target = targetOf(site.nodes[2] ?? expect.fail());
  const offers = await world.offeredHostKeys(target);
  const refused = await reachNode(target, world, { accepted: new Set(offers.map(({ fingerprint }) => fingerprint)) });
  expect(refused).toMatchObject({
    state: 'password-needed',
    why: expect.stringContaining('This machine takes passwords, but none was given.'),
    next: [expect.stringContaining('ssh-copy-id')],
  });
});

const trusting: AccessPrompts = { trust: async () => true };

/** The nodes of a rehearsal's draft, with one's address replaced. */
function withReach(draft: SiteDraft, name: string, reach: string): SiteDraft {
  const nodes = Array.isArray(draft['nodes']) ? draft['nodes'] : [];
  const changed = nodes.map(
    (node): DraftValue =>
      typeof node === 'object' && node !== null && !Array.isArray(node) && node['name'] === name
        ? { ...node, reach }
        : node,
  );
  return { ...draft, nodes: changed };
}

it('reaches the nodes of a draft at the addresses at which those of a site are reached', async () => {
  const { site } = await rehearsed();
  for (const node of site.nodes) expect(draftTarget(JSON.parse(JSON.stringify(node)))).toEqual(targetOf(node));
  expect(draftTarget({ name: 'ks-1' })).toBeUndefined();
  expect(draftTarget({ reach: '10.0.4.9', access: { user: 'a b' } })).toEqual({
    node: '10.0.4.9',
    addresses: ['10.0.4.9'],
  });
});

async function session(scenario?: string) {
  const opened = await openInitSession(await settings(scenario), undefined);
  left.push(() => opened.close());
  const draft = await opened.newDraft();
  const look = async (at: SiteDraft) => {
    const states = new Map<string, AccessState>();
    await opened.gather(at, (node, state) => states.set(node, state), new AbortController().signal);
    return states;
  };
  for (const state of (await look(draft)).values())
    if (state.state === 'host-key-unknown') await opened.trust(state.offers);
  return { session: opened, draft, look };
}

it('lets the wizard reach a node that answers at the wanted address only', async () => {
  const { draft, look } = await session();
  const states = await look(withReach(draft, 'ks-3', '10.0.4.99'));
  expect(states.get('ks-3')?.state).toBe('ready');
});

it('lets the wizard tell why a node was not reached, and ends its preflight when told to', async () => {
  const { session: wizard, draft, look } = await session();
  const judged = wizard.judge(withReach(withoutNetwork(draft), 'ks-3', '10.0.4.99'));
  if (!('site' in judged)) throw new Error(JSON.stringify(judged));
  const states = await look({ ...draft, nodes: JSON.parse(JSON.stringify(judged.site.nodes)) });
  const facts = new Map([...states].flatMap(([node, state]) => (state.state === 'ready' ? [[node, state.facts]] : [])));
  expect([...facts.keys()]).toEqual(['ks-1', 'ks-2']);
  const findings = await wizard.preflight(judged.site, facts, new AbortController().signal);
  const reasons = findings.filter(({ nodes }) => nodes.includes('ks-3')).map(({ reason }) => reason);
  expect(reasons.join('\n')).toContain('ks-3 does not answer on 10.0.4.99');
  await expect(wizard.preflight(judged.site, facts, AbortSignal.abort())).rejects.toThrow(/abort/i);
});

it('pages of init that are left before they look at a node leave the machines of a rehearsal as they were', async () => {
  const wanted = await settings();
  const pinned = async () => {
    const opened = await openSite(wanted);
    try {
      return await Promise.all(opened.site.nodes.map(({ name }) => opened.world.isPinned(name)));
    } finally {
      await opened.close();
    }
  };
  const before = await openSite(wanted);
  await connect(before.site.nodes.map(targetOf), { ...before, prompts: trusting });
  await before.close();
  const first = await openInitSession(wanted, undefined);
  await first.startFacts();
  await first.close();
  expect(await pinned()).toEqual([true, true, true]);
  const further = await openInitSession(wanted, undefined);
  await further.gather(await further.newDraft(), () => undefined, new AbortController().signal);
  await further.close();
  expect(await pinned()).toEqual([false, false, false]);
});

/** No node has a wanted address of its own. */
function withoutNetwork(draft: SiteDraft): SiteDraft {
  const nodes = Array.isArray(draft['nodes']) ? draft['nodes'] : [];
  return {
    ...draft,
    nodes: nodes.map((node) =>
      typeof node === 'object' && node !== null && !Array.isArray(node) ? { ...node, network: undefined } : node,
    ),
  };
}

it('asks for the keys once, and names what it may not ask', async () => {
  const { site, world, passwords } = await rehearsed();
  const targets = site.nodes.map(targetOf);
  await expect(connect(targets, { world, passwords, prompts: {} })).rejects.toMatchObject({
    message: expect.stringContaining('3 host keys are not known yet'),
    next: [expect.stringContaining(': ssh-keygen -lf /etc/ssh/'), expect.stringContaining('--accept-new-host-keys')],
    exitCode: 6,
  });
  const no: AccessPrompts = { trust: async () => false };
  await expect(connect(targets, { world, passwords, prompts: no })).rejects.toMatchObject({ exitCode: 6 });
  const { facts, unreached } = await connect(targets, { world, passwords, prompts: trusting });
  expect([facts.size, unreached.size]).toEqual([3, 0]);
  expect((await connect(targets, { world, passwords, prompts: {} })).facts.size).toBe(3);
});

it('asks for passwords until they are right, three times at most', async () => {
  const { site, world, passwords } = await rehearsed('passwords');
  const targets = site.nodes.map(targetOf);
  let asked = 0;
  const wrong: AccessPrompts = {
    ...trusting,
    password: async () => {
      asked += 1;
      return 'wrong';
    },
  };
  await expect(connect(targets, { world, passwords, prompts: wrong })).rejects.toMatchObject({ exitCode: 6 });
  const first = asked;
  expect(first % 3).toBe(0);
  expect(first).toBeGreaterThan(0);
  await expect(connect(targets, { world, passwords, prompts: {} })).rejects.toMatchObject({
    message: expect.stringMatching(/refuses? access/),
  });
});

it.each([
  ['sudo: sorry, you must have a tty to run sudo', 'add the line "Defaults:ubuntu !requiretty"'],
  ['sudo: account validation failure, is your account locked?', 'sudo chage -E -1 ubuntu'],
  ['ubuntu is not in the sudoers file.', 'Put ubuntu into the group sudo on ks-2'],
  ['sudo: a password is required', undefined],
])('%s: a password is asked for, and advised, only where it helps', async (said, advice) => {
  const opened = await rehearsed();
  const targets = opened.site.nodes.map(targetOf);
  const { hosts } = opened.world;
  const refusing: Pick<HostPool, 'get'> = {
    get: async (target) => {
      const host = hostOf(await hosts.get(target));
      if (target.node !== 'ks-2') return host;
      const { user, address } = await host.access();
      const run: Host['run'] = () => Promise.reject(sudoRefused({ node: 'ks-2', user, passwordGiven: false, said }));
      return { ...host, access: async () => ({ user, address, sudo: 'refused' }), run };
    },
  };
  const world = { ...opened.world, hosts: { ...poolOf(hosts), ...refusing } };
  let asked = 0;
  const password = async () => {
    asked += 1;
    return 'any';
  };
  const passwords = 'Give passwords with --password-file FILE';
  await expect(connect(targets, { ...opened, world, prompts: { ...trusting, password } })).rejects.toMatchObject({
    where: 'ks-2',
    why: expect.stringMatching(/^On ks-2, ubuntu may not work as root\./),
    next: [expect.stringContaining(advice ?? passwords)],
    exitCode: 6,
  });
  expect(asked > 0).toBe(advice === undefined);
});

it('tells which nodes were not reached, and why', async () => {
  const { site, product, world, passwords } = await rehearsed();
  const targets = [...site.nodes.map(targetOf), { node: 'ks-9', addresses: ['10.0.4.99'] }];
  const seen = await connect(targets, { world, passwords, prompts: trusting });
  expect(seen.unreached.get('ks-9')).toContain('does not answer');
  const findings = await judgeSeen({ site, product, world, passwords }, seen, filesUnder('/nowhere'));
  expect(findings.length).toBeGreaterThan(20);
  expect((await lookAtNodes(targets, world)).unreached).toEqual(seen.unreached);
});

it('asks for the addresses of the site while the facts are read, two nodes once each', async () => {
  const opened = await rehearsed();
  const said: string[] = [];
  const { hosts } = opened.world;
  const listening: Pick<HostPool, 'get'> = {
    get: async (target) => {
      const host = await hosts.get(target);
      const run: Host['run'] = async (command, options) => {
        const name = 'text' in command ? command.name : command[0];
        said.push(`${name} begins on ${target.node}`);
        const result = await host.run(command, options);
        said.push(`${name} ends on ${target.node}`);
        return result;
      };
      return { ...hostOf(host), run };
    },
  };
  const world = { ...opened.world, hosts: { ...poolOf(hosts), ...listening } };
  const { findings } = await checkSite({ ...opened, world }, trusting, filesUnder('/nowhere'));
  expect(findings.length).toBeGreaterThan(20);
  // which of them is logged in to first is not said
  const asked = said.filter((line) => line.startsWith('address-in-use begins')).toSorted();
  expect(asked).toEqual(['address-in-use begins on ks-1', 'address-in-use begins on ks-2']);
  for (const node of ['ks-1', 'ks-2'])
    expect(said.indexOf(`address-in-use begins on ${node}`)).toBeLessThan(said.indexOf(`facts ends on ${node}`));
});

/** Its functions as properties, bound: some of them are a class's own. */
const hostOf = (host: Host): Host => ({
  name: host.name,
  access: () => host.access(),
  run: (command, options) => host.run(command, options),
  readFile: (path) => host.readFile(path),
  writeFile: (file) => host.writeFile(file),
  close: () => host.close(),
});
const poolOf = (hosts: HostPool): HostPool => ({
  get: (target) => hosts.get(target),
  forget: (node) => hosts.forget(node),
  close: () => hosts.close(),
});

it('prints the command that forgets the old host key of a reinstalled machine, and that of no other', async () => {
  const opened = await rehearsed();
  const targets = opened.site.nodes.map(targetOf);
  const folder = await mkdtemp(join(tmpdir(), 'ks-keys-'));
  left.push(() => rm(folder, { recursive: true }));
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
  const key = (await readFile(join(folder, 'key.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
  const knownHosts = join(folder, 'known hosts');
  await writeFile(knownHosts, `ks-1 ${key}\nks-11 ${key}\n`);
  await opened.world.trustHostKeys('ks-1', [key], { besideOld: false });
  const fault: unknown = await connect(targets, {
    ...opened,
    world: { ...opened.world, knownHosts },
    prompts: {},
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(fault).toMatchObject({ message: 'The host key of ks-1 has changed.' });
  const next = fault instanceof Fault ? fault.next : [];
  expect(spawnSync('bash', ['-c', next.at(-1) ?? '']).status).toBe(0);
  expect(await readFile(knownHosts, 'utf8')).toBe(`ks-11 ${key}\n`);
});
