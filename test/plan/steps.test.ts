import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { Script } from '../../source/host/host.ts';
import { completeDpkg, updateLists, whenUnlocked } from '../../source/plan/execution/package-locks.ts';
import { stepKinds } from '../../source/plan/kinds.ts';
import { firstToken } from '../../source/plan/steps/join-token.ts';
import { addressOf, nodes, noSnap, noSnapd, status } from './cluster-words.ts';
import { type Answers, carryThrough, fakeWorld, onceRan, reviewed, textOf } from './fake-world.ts';
import { product } from './sample.ts';
import { kubectl, M, plan, site, stepOf, stop, stories } from './stories.ts';

describe('what was reviewed is what happens, and the end state judges', () => {
  test.each(stories)('$id', async ({ id, answers, files }) => {
    const step = stepOf(id);
    const world = fakeWorld({ site, product, ...(answers ? { answers } : {}), ...(files ? { files } : {}) });
    const { before, after: done, again } = await carryThrough(world.context, step);
    expect(before.ok).toBe(false);
    expect(done).toMatchObject({ ok: true });
    expect(again.ok).toBe(true);
    const shown = world.ran.map(({ shown: words, command }) => (words ? words.join(' ') : textOf(command)));
    expect(shown).toEqual(reviewed(step));
    for (const { path, content, secret } of step.files) if (!secret) expect(world.written.get(path)).toBe(content);
  });
});

test('every kind of an init and a stop is told in a story, or has a test of its own', () => {
  const told = new Set(stories.map(({ id }) => stepOf(id).kind));
  const ownTests = [
    ...['voters', 'snap-download', 'microk8s-install', 'images-ahead', 'join-worker'],
    ...['tls-secret', 'rollout', 'release-check'],
  ];
  const kinds = new Set([...plan.steps, ...stop.steps].map(({ kind }) => kind));
  expect([...kinds].filter((kind) => !told.has(kind) && !ownTests.includes(kind))).toEqual([]);
});

test('a cluster is not called safe before three managers vote', async () => {
  const two = `${status('10.0.4.21', '10.0.4.22')}`.replace(
    'addons:',
    '    - address: 10.0.4.23:19001\n      role: spare\naddons:',
  );
  let looks = 0;
  const answers: Answers = {
    [`${M} status`]: () => (looks++ < 3 ? two : status('10.0.4.21', '10.0.4.22', '10.0.4.23')),
  };
  const { context, ran } = fakeWorld({ site, product, answers });
  const { before, after: done } = await carryThrough(context, stepOf('voters'));
  expect([before.observed, done.observed]).toEqual(['2 of 3 members vote', '3 of 3 members vote']);
  expect(ran).toEqual([]);
});

test('nor before the first manager has written down who joined: stopped by then, it finds no other member again', async () => {
  const list = '/var/snap/microk8s/current/var/kubernetes/backend/cluster.yaml';
  const named = (...hosts: readonly number[]) => hosts.map((host) => `- Address: 10.0.4.${host}:19001\n`).join('');
  const { context } = fakeWorld({
    site,
    product,
    answers: { [`${M} status`]: status('10.0.4.21', '10.0.4.22', '10.0.4.23') },
    files: { [list]: named(21, 22) },
    passes: (ms, files) => void (ms > 20_000 && files.set(list, named(21, 22, 23))),
  });
  const { before, after: done } = await carryThrough(context, stepOf('voters'));
  expect([before, done]).toEqual([
    { ok: false, observed: '3 of 3 members vote, but the datastore of ks-1 has not written down 10.0.4.23 yet' },
    { ok: true, observed: '3 of 3 members vote' },
  ]);
});

describe('packages', () => {
  /** Runs a step's command with a program of that name that is locked the first time, in its own words and with its own exit code. */
  const lockedOnce = async (
    { text: script, arguments: words = [] }: Script,
    program: string,
    said: string,
    code: number,
  ) => {
    const folder = await mkdtemp(join(tmpdir(), 'kloudspot-apt-'));
    const text = `#!/bin/sh\nif [ -e "${folder}/free" ]; then echo done; exit 0; fi\ntouch "${folder}/free"\necho '${said}' >&2; exit ${code}\n`;
    await writeFile(join(folder, program), text, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const result = await execa('bash', ['-c', script, 'script', ...words], { env, reject: false });
    await rm(folder, { recursive: true });
    return { code: result.exitCode, lines: result.stdout.split('\n') };
  };

  test('waits for dpkg while unattended-upgrades runs, and names the holder', async () => {
    const words = `dpkg: error: dpkg frontend lock was locked by another process with pid ${process.pid}`;
    const { code, lines } = await lockedOnce(completeDpkg, 'dpkg', words, 2);
    expect(code).toBe(0);
    expect([lines[0], lines.at(-1)]).toEqual([words, 'done']);
    expect(lines[1]).toMatch(new RegExp(`^process ${process.pid} is .*node`));
  });

  const apt = spawnSync('apt-get', ['--version']).status === 0 && spawnSync('python3', ['--version']).status === 0;
  /** A program that holds a lock as apt takes it, until its input ends. */
  const holder =
    'import fcntl, sys; file = open(sys.argv[1], "w"); fcntl.lockf(file, fcntl.LOCK_EX); print("held", flush=True); sys.stdin.read()';

  test.skipIf(!apt).each([
    ['of the package lists', 'lists/lock', updateLists],
    [
      'of the downloaded packages',
      'cache/archives/lock',
      whenUnlocked('apt-get', '-y', '--reinstall', '-d', 'install', 'base-files'),
    ],
  ])(
    'the real apt-get waits for the lock %s, says for whom, and goes on once it is free',
    async (_, lock, { text, arguments: words = [] }) => {
      const folder = await mkdtemp(join(tmpdir(), 'kloudspot-apt-'));
      for (const name of ['lists/partial', 'cache/archives/partial'])
        await mkdir(join(folder, name), { recursive: true });
      const own = { 'Dir::Etc::SourceList': '/dev/null', 'Dir::Etc::SourceParts': '/dev/null' };
      const places = { 'Dir::State::Lists': `${folder}/lists`, 'Dir::Cache': `${folder}/cache` };
      const settings = Object.entries({ ...own, ...places }).map(([key, value]) => `${key} "${value}";\n`);
      await writeFile(join(folder, 'settings'), settings.join(''));
      const other = execa('python3', ['-c', holder, join(folder, lock)], { stdin: 'pipe' });
      await once(other.stdout, 'data');
      const waiting = execa('bash', ['-c', text, 'script', ...words], {
        env: { APT_CONFIG: join(folder, 'settings') },
        reject: false,
      });
      const lines: string[] = [];
      for await (const line of waiting) {
        lines.push(line);
        if (line.startsWith('E: Could not get lock')) other.stdin.end();
      }
      expect(lines.join('\n')).toContain(`held by process ${other.pid} (python3)`);
      const { stdout } = await waiting;
      // What it says once it has the lock differs: there is no archive. That it tried again and met no lock is what counts.
      expect(stdout.slice(stdout.lastIndexOf('Could not get lock'))).toMatch(/Reading package lists/);
      await rm(folder, { recursive: true });
    },
  );

  test('completes an interrupted dpkg before it asks apt for anything', () => {
    const names = stepOf('packages@ks-1').commands.map(({ name }) => name);
    expect(names.indexOf('complete-dpkg')).toBe(0);
  });
});

describe('snap-download', () => {
  const step = stepOf('snap-download@ks-1');
  const assertion = '/var/lib/kloudspot/snaps/microk8s.assert';
  const absent = { 'snap list': noSnap };

  test('fetches in each run again: the store may have a newer one', async () => {
    const world = fakeWorld({ site, product, files: { [assertion]: 'old' }, answers: absent });
    const { before, after: done, again } = await carryThrough(world.context, step);
    expect([before.ok, done.ok, again.ok]).toEqual([false, true, true]);
    expect(world.ran.map(({ command }) => textOf(command))).toEqual(reviewed(step));
  });

  test('a store that does not answer ends no run: the installation asks snapd', async () => {
    const answers = { ...absent, 'snap download': { code: 1, stderr: 'error: i/o timeout' } };
    const world = fakeWorld({ site, product, files: { [assertion]: 'old' }, answers });
    const { after: done } = await carryThrough(world.context, step);
    expect(done.ok).toBe(true);
    // nothing of an earlier run is taken for what this one fetched
    expect(world.ran.map(({ command }) => textOf(command)).at(-1)).toBe(`rm -f ${assertion}`);
  });

  test('has nothing to do where MicroK8s is installed', async () => {
    const list = 'Name  Version  Rev  Tracking  Publisher  Notes\nmicrok8s  v1.34.1  8000  -  canonical  classic\n';
    const world = fakeWorld({ site, product, answers: { 'snap list': list } });
    const kind = stepKinds.get(step.kind);
    expect(await kind?.state(world.context, kind.parameters.parse(step.parameters), step)).toMatchObject({ ok: true });
  });
});

describe('microk8s-install', () => {
  const step = stepOf('microk8s-install@ks-1');
  const snapList = (tracking: string, notes: string) =>
    `Name      Version  Rev   Tracking     Publisher   Notes\nmicrok8s  v1.34.1  8000  ${tracking}  canonical✓  ${notes}\n`;
  const launched = { '/var/snap/microk8s/common/etc/launcher/install.yaml.applied': '' };
  /** One node whose MicroK8s is ready, once it is installed. */
  const answering = (answers: Answers) =>
    fakeWorld({ site, product, files: launched, answers: { ...answers, [`${M} status`]: status('127.0.0.1') } });

  test('installs, waits for its launch configuration and for readiness, holds refreshes', async () => {
    const world = fakeWorld({
      site,
      product,
      files: launched,
      answers: {
        'snap list': ({ ran }) =>
          ran('install') ? snapList('1.34/stable', ran('hold') ? 'classic,held' : 'classic') : noSnap,
        [`${M} status`]: status('127.0.0.1'),
      },
    });
    const { after: done } = await carryThrough(world.context, step);
    expect(done).toMatchObject({ ok: true });
    expect(world.ran.map(({ command }) => textOf(command))).toEqual([
      'snap install microk8s --classic --channel=1.34/stable',
      `${M} status --format yaml --wait-ready --timeout 60`,
      'rm -rf /var/lib/kloudspot/snaps',
      'snap refresh --hold microk8s',
    ]);
    for (const { path, content } of step.files) expect(world.written.get(path)).toBe(content);
  });

  const fetched = { '/var/lib/kloudspot/snaps/microk8s.assert': 'type: snap-revision' };
  const fromFile = [
    'snap ack /var/lib/kloudspot/snaps/microk8s.assert',
    'snap install --classic /var/lib/kloudspot/snaps/microk8s.snap',
    'snap switch --channel=1.34/stable microk8s',
  ];
  test.each([
    ['installs the file that was fetched, and lets it follow its channel', false, fromFile],
    ['killed before that, goes on there', true, fromFile.slice(2)],
  ])('%s', async (_, before, wanted) => {
    const world = fakeWorld({
      site,
      product,
      files: { ...launched, ...fetched },
      answers: {
        'snap list': ({ ran }) => {
          if (!before && ran('snap install') === 0) return noSnap;
          return snapList(ran('switch') ? '1.34/stable' : '-', ran('hold') ? 'classic,held' : 'classic');
        },
        [`${M} status`]: status('127.0.0.1'),
      },
    });
    await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    const texts = world.ran.map(({ command }) => textOf(command));
    expect(texts.filter((text) => text.startsWith('snap') && !text.includes('--hold'))).toEqual(wanted);
    expect(texts.indexOf('rm -rf /var/lib/kloudspot/snaps')).toBeGreaterThanOrEqual(wanted.length);
  });

  test.each([
    ['is not installed again', snapList('1.34/stable', 'classic'), []],
    ['is installed where it is not there', noSnap, ['snap install microk8s --classic --channel=1.34/stable']],
  ])('after a restart of snapd: %s', async (_, standing, installs) => {
    let looks = 0;
    const world = answering({
      'snap changes': () => (looks++ < 2 ? noSnapd : { code: 1, stderr: 'error: no changes found' }),
      'snap list': ({ ran }) => {
        if (looks++ < 6) return noSnapd;
        if (ran('hold')) return snapList('1.34/stable', 'classic,held');
        return ran('install') ? snapList('1.34/stable', 'classic') : standing;
      },
    });
    await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    const texts = world.ran.map(({ command }) => textOf(command));
    expect(texts.filter((text) => text.startsWith('snap install'))).toEqual(installs);
    expect(world.remembered.has('installed')).toBe(installs.length > 0);
  });

  test('waits for a change that snapd is still at, instead of asking for another one', async () => {
    const changes =
      'ID   Status  Spawn               Ready  Summary\n6    Doing   today at 08:18 UTC  -      Install "microk8s" snap\n';
    let looks = 0;
    const world = answering({
      'snap changes': () => (looks++ < 3 ? changes : { code: 1, stderr: 'error: no changes found' }),
      'snap list': ({ ran }) =>
        looks > 3 ? snapList('1.34/stable', ran('hold') ? 'classic,held' : 'classic') : noSnap,
    });
    const { after: done } = await carryThrough(world.context, step);
    expect(done).toMatchObject({ ok: true });
    expect(world.ran.filter(({ command }) => textOf(command).startsWith('snap install'))).toEqual([]);
  });

  test('waits for the launch configuration on resume too: a join before that races with it', async () => {
    let applied = false;
    const world = fakeWorld({
      site,
      product,
      files: { '/var/snap/microk8s/common/etc/launcher/install.yaml': 'version: 0.1.0' },
      passes: (ms, files) => {
        if (ms < 20_000) return;
        applied = true;
        files.delete('/var/snap/microk8s/common/etc/launcher/install.yaml');
        files.set('/var/snap/microk8s/common/etc/launcher/install.yaml.applied', '');
      },
      answers: {
        'snap changes': { code: 1 },
        'snap list': ({ ran }) => snapList('1.34/stable', ran('hold') ? 'classic,held' : 'classic'),
        [`${M} status`]: () => (applied ? status('127.0.0.1') : { code: 1 }),
      },
    });
    await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(applied).toBe(true);
  });

  test('is done while a later join has MicroK8s stopped: readiness is not its own', async () => {
    const world = fakeWorld({
      site,
      product,
      files: launched,
      answers: {
        'snap list': snapList('1.34/stable', 'classic,held'),
        [`${M} status`]: { code: 1, stdout: 'microk8s is not running' },
      },
    });
    const kind = stepKinds.get(step.kind);
    expect(await kind?.state(world.context, kind.parameters.parse(step.parameters), step)).toMatchObject({ ok: true });
  });

  test('never changes another version that is there', async () => {
    const world = fakeWorld({ site, product, answers: { 'snap list': snapList('1.31/stable', 'classic') } });
    await expect(carryThrough(world.context, step)).rejects.toThrow(/1\.31\/stable is there already/);
    expect(world.ran).toEqual([]);
  });

  test.each([
    ['on a node alone', {}, /snap remove --purge/],
    ['never on a member', { '/var/snap/microk8s/current/var/lock/no-cert-reissue': '' }, /microk8s leave takes it out/],
  ])('advises to remove another version %s', async (_, files, advice) => {
    const world = fakeWorld({ site, product, files, answers: { 'snap list': snapList('1.31/stable', 'classic') } });
    const fault = await carryThrough(world.context, step).catch((error: unknown) => error);
    expect(fault).toMatchObject({ next: expect.arrayContaining([expect.stringMatching(advice)]) });
  });
});

describe('a join', () => {
  const step = stepOf('join-manager@ks-2');
  const token = `${'a'.repeat(32)}/977474d09ad8`;
  const base: Answers = {
    'tcp-probe': 'open 25000\nopen 16443\n',
    pgrep: { code: 1 },
    [kubectl('get nodes')]: nodes('ks-1'),
    [`${M} status`]: status('10.0.4.21'),
    [`${M} add-node`]: JSON.stringify({ token, urls: [] }),
  };

  test('its token is concealed before it is used, and stands in no plan', async () => {
    const world = fakeWorld({
      site,
      product,
      answers: {
        ...base,
        [kubectl('get nodes')]: onceRan('start-join', nodes('ks-1', 'ks-2'), nodes('ks-1')),
        [`${M} status`]: onceRan('start-join', status('10.0.4.21', '10.0.4.22'), status('127.0.0.1')),
      },
      files: {},
    });
    await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(world.concealed).toContain(token);
    const started = world.ran.find(({ command }) => textOf(command).startsWith('start-join'));
    expect(started?.stdin).toBe(`${token}\n`);
    expect(JSON.stringify(started?.command)).not.toContain('aaaa');
    expect(JSON.stringify(plan)).not.toContain(token);
  });

  test('that prints success without a member is cleaned up and tried again with a new token, then fails', async () => {
    const world = fakeWorld({
      site,
      product,
      answers: { ...base, 'start-join': 'Successfully joined the cluster.\n' },
    });
    await expect(carryThrough(world.context, step)).rejects.toThrow(/does not know ks-2/);
    const texts = world.ran.map(({ command }) => textOf(command));
    expect(texts.filter((text) => text.includes('add-node'))).toHaveLength(2);
    // The seed knows nothing of it, so that there is nothing to remove.
    expect(texts.filter((text) => text.includes('remove-node'))).toEqual([]);
  });

  const tokens = '/var/snap/microk8s/current/credentials/cluster-tokens.txt';
  const others = `${'b'.repeat(32)}|1900000000\n`;
  const withTokens = (more: Answers, lines = others) => {
    const world = fakeWorld({
      site,
      product,
      files: { [tokens]: lines },
      answers: {
        ...base,
        [`${M} add-node`]: () => {
          world.written.set(tokens, `${world.written.get(tokens)}${'a'.repeat(32)}|1900000000\n`);
          return JSON.stringify({ token, urls: [] });
        },
        'forget-tokens': ({ stdin = '' }) => {
          const digest = (line: string) =>
            createHash('sha256')
              .update(line.split('|')[0] ?? '')
              .digest('hex');
          const kept = (world.written.get(tokens) ?? '').split('\n').filter((line) => !stdin.includes(digest(line)));
          world.written.set(tokens, kept.join('\n'));
          return '';
        },
        ...more,
      },
    });
    return world;
  };

  test('removes its token from the list of the agent, and no other, whatever becomes of it', async () => {
    const world = withTokens({ 'start-join': { code: 4, stderr: 'refused' } });
    await expect(carryThrough(world.context, step)).rejects.toThrow(/refused/);
    expect(world.ran.filter(({ command }) => textOf(command).startsWith('forget-tokens'))).toHaveLength(2);
    expect(world.written.get(tokens)).toBe(others);
    expect(JSON.stringify(world.ran)).not.toContain('aaaaaaaa|');
  });

  test('whose run was killed is not done before its token is removed, also where it completed by itself', async () => {
    const world = withTokens(
      {
        [kubectl('get nodes')]: nodes('ks-1', 'ks-2'),
        [`${M} status`]: status('10.0.4.21', '10.0.4.22'),
      },
      `${others}${'a'.repeat(32)}|1900000000\n`,
    );
    world.written.set('/var/snap/microk8s/current/var/lock/no-cert-reissue', '');
    world.context.remember('token-0', createHash('sha256').update('a'.repeat(32)).digest('hex'));
    const { before, after } = await carryThrough(world.context, step);
    expect(before).toEqual({ ok: false, observed: expect.stringContaining('still valid on ks-1') });
    expect(after.ok).toBe(true);
    expect(world.written.get(tokens)).toBe(others);
    expect(world.ran.map(({ command }) => textOf(command))).toEqual(['forget-tokens']);
  });

  test('that still runs as a unit after the run was killed is waited for, and no other is begun', async () => {
    let looks = 0;
    const world = fakeWorld({
      site,
      product,
      files: { '/var/snap/microk8s/current/var/lock/no-cert-reissue': '' },
      answers: {
        ...base,
        'systemctl is-active kloudspot-join': () => ({ stdout: looks++ < 5 ? 'active\n' : 'inactive\n' }),
        [kubectl('get nodes')]: () => (looks > 5 ? nodes('ks-1', 'ks-2') : nodes('ks-1')),
        [`${M} status`]: () => (looks > 5 ? status('10.0.4.21', '10.0.4.22') : status('10.0.4.21')),
      },
    });
    await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(world.ran).toEqual([]);
  });

  const silentFor = (ms: number) => {
    let joined = false;
    let begun = 0;
    const world = fakeWorld({
      site,
      product,
      away: (node) => node === 'ks-2' && begun > 0 && world.context.clock.now() - begun < ms,
      answers: {
        ...base,
        'start-join': () => {
          begun = world.context.clock.now();
          joined = true;
          return 'Successfully joined the cluster.\n';
        },
        [kubectl('get nodes')]: () => (joined ? nodes('ks-1', 'ks-2') : nodes('ks-1')),
        [`${M} status`]: () => (joined ? status('10.0.4.21', '10.0.4.22') : status('10.0.4.21')),
      },
    });
    return world;
  };

  test('fails where the node is silent for longer than a minute', async () => {
    await expect(carryThrough(silentFor(400_000).context, step)).rejects.toThrow(/does not answer/);
  });

  test('goes on while the connection is away for less than a minute', async () => {
    const world = silentFor(40_000);
    await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(world.ran.filter(({ command }) => textOf(command).startsWith('start-join'))).toHaveLength(1);
  });

  const data = '/var/snap/microk8s/current';
  const joining = `${data}/var/lock/join-in-progress`;
  const spare = (address: string) => `    - address: ${address}:19001\n      role: spare\naddons:`;

  /** Cut off while it waited for itself: a member that has no Node. What `leave` and `remove-node NAME` say is what MicroK8s 1.34 said. */
  test('that was cut off in its middle is cleaned up by address and done again', async () => {
    const removed = (asked: { ran(part: string): number }) => asked.ran('remove-node 10.0.4.22 --force') > 0;
    const world = fakeWorld({
      site,
      product,
      files: { [joining]: '', [`${data}/var/kubernetes/backend/cluster.yaml`]: '' },
      answers: {
        ...base,
        'rm -f': () => {
          world.written.delete(joining);
          return '';
        },
        [kubectl('get nodes')]: onceRan('start-join', nodes('ks-1', 'ks-2'), nodes('ks-1')),
        [`${M} status`]: (asked) =>
          asked.ran('start-join') > 0
            ? status('10.0.4.21', '10.0.4.22')
            : removed(asked)
              ? status('10.0.4.21')
              : status('10.0.4.21').replace('addons:', spare('10.0.4.22')),
        [`${M} leave`]: { code: 1, stdout: 'This MicroK8s deployment is not acting as a node in a cluster.\n' },
        [`${M} remove-node ks-2`]: { code: 1, stdout: 'Node ks-2 does not exist in Kubernetes.\n' },
        [`${M} remove-node 10.0.4.22`]: { code: 1, stdout: 'Removing node entry found in dqlite.\n' },
        'start-join': (asked) =>
          removed(asked)
            ? 'Successfully joined the cluster.\n'
            : {
                code: 6,
                stdout:
                  'Connection failed. Failed to retrieve dqlite cluster nodes: the joining node (10.0.4.22) is already known to dqlite (500).\n',
              },
      },
    });
    await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    const texts = world.ran.map(({ command }) => textOf(command));
    expect(texts.filter((text) => text.startsWith('start-join'))).toHaveLength(1);
  });

  test('waits until the agent has forgotten a removed member before it joins again', async () => {
    const list = `${data}/var/kubernetes/backend/cluster.yaml`;
    const world = fakeWorld({
      site,
      product,
      files: { [list]: '- Address: 10.0.4.22:19001\n' },
      passes: (ms, files) => {
        if (ms > 25_000) files.set(list, '');
      },
      answers: {
        ...base,
        [kubectl('get nodes')]: (asked) =>
          asked.ran('start-join') > 0 || asked.ran('remove-node ks-2') === 0
            ? nodes('ks-1', { name: 'ks-2', ready: asked.ran('start-join') > 0 })
            : nodes('ks-1'),
        [`${M} status`]: onceRan('start-join', status('10.0.4.21', '10.0.4.22'), status('10.0.4.21')),
        'start-join': () =>
          world.written.get(list) === ''
            ? 'Successfully joined the cluster.\n'
            : { code: 6, stdout: 'is already known to dqlite (500).\n' },
      },
    });
    await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(world.ran.filter(({ command }) => textOf(command).startsWith('start-join'))).toHaveLength(1);
  });

  test('waits although nothing is left of a member that was removed just before, by undo or by a run that was killed in this wait', async () => {
    const list = `${data}/var/kubernetes/backend/cluster.yaml`;
    const world = fakeWorld({
      site,
      product,
      files: { [list]: '- Address: 10.0.4.22:19001\n' },
      passes: (ms, files) => {
        if (ms > 25_000) files.set(list, '');
      },
      answers: {
        ...base,
        [kubectl('get nodes')]: (asked) =>
          asked.ran('start-join') > 0 && world.written.get(list) === '' ? nodes('ks-1', 'ks-2') : nodes('ks-1'),
        [`${M} status`]: (asked) =>
          asked.ran('start-join') > 0 && world.written.get(list) === ''
            ? status('10.0.4.21', '10.0.4.22')
            : status('10.0.4.21'),
        'start-join': () =>
          world.written.get(list) === ''
            ? 'Successfully joined the cluster.\n'
            : { code: 6, stdout: 'is already known to dqlite (500).\n' },
      },
    });
    await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(world.ran.filter(({ command }) => textOf(command).startsWith('start-join'))).toHaveLength(1);
  });

  describe('undone', () => {
    const undo = async (answers: Answers, files: Readonly<Record<string, string>> = {}) => {
      const world = fakeWorld({ site, product, answers: { ...base, ...answers }, files });
      world.context.remember(firstToken, 'digest');
      const kind = stepKinds.get(step.kind);
      await kind?.undo?.(world.context, kind.parameters.parse(step.parameters), step);
      return world.ran.map(({ command }) => textOf(command));
    };
    const member = `${data}/var/lock/no-cert-reissue`;

    test('removes a member that no Node stands for, by its address', async () => {
      const texts = await undo({
        [`${M} status`]: onceRan('remove-node 10.0.4.22', status('10.0.4.21'), status('10.0.4.21', '10.0.4.22')),
      });
      expect(texts.at(-1)).toContain('remove-node 10.0.4.22 --force');
    });

    test('is not called done while the seed still has the node', async () => {
      const stays: Answers = {
        [kubectl('get nodes')]: nodes('ks-1', 'ks-2'),
        [`${M} status`]: status('10.0.4.21', '10.0.4.22'),
      };
      await expect(undo(stays)).rejects.toThrow(/still has ks-2/);
    });

    test('is not called done while the node takes itself for a member', async () => {
      await expect(
        undo({ [`${M} leave`]: { code: 1, stderr: 'microk8s is not running' } }, { [member]: '' }),
      ).rejects.toThrow(/still considers itself a member/);
    });

    test.each([
      ['waits after a start that ended with 0 and no node Ready', 5, 1],
      ['does without a node that never comes up, and the end state says so', 1_000, 0],
    ])('%s', async (_, looks, left) => {
      let seen = 0;
      let leftAt = 0;
      const files = { [member]: '', [`${data}/var/lock/stopped.lock`]: '' };
      const world = fakeWorld({
        site,
        product,
        files,
        answers: {
          ...base,
          [`${M} status`]: ({ node }) => {
            if (node === 'ks-1') return status('10.0.4.21');
            return ++seen > looks ? status('10.0.4.21') : { code: 1, stdout: 'microk8s:\n  running: False\n' };
          },
          [`${M} leave`]: () => {
            leftAt = seen;
            if (seen <= looks) return { code: 2, stdout: 'Contacting node failed.' };
            world.written.delete(member);
            return '';
          },
        },
      });
      world.context.remember(firstToken, 'digest');
      const kind = stepKinds.get(step.kind);
      const undone = kind?.undo?.(world.context, kind.parameters.parse(step.parameters), step);
      if (left === 1) await undone;
      else await expect(undone).rejects.toThrow(/still considers itself a member/);
      expect(leftAt).toBeGreaterThanOrEqual(left === 1 ? looks : 1);
    });

    test('leaves a node alone that an earlier run has joined', async () => {
      const world = fakeWorld({ site, product, answers: base, files: { [member]: '' } });
      const kind = stepKinds.get(step.kind);
      await kind?.undo?.(world.context, kind.parameters.parse(step.parameters), step);
      expect(world.ran).toEqual([]);
    });

    test('is refused where the voters that remain would have no majority', async () => {
      const answers: Answers = {
        [kubectl('get nodes')]: nodes('ks-1', 'ks-2', { name: 'ks-3', ready: false }),
        [`${M} status`]: status('10.0.4.21', '10.0.4.22', '10.0.4.23'),
      };
      await expect(undo(answers, { [member]: '' })).rejects.toThrow(/lose its quorum/);
    });
  });

  test('asks for no token while the ports are closed', async () => {
    const world = fakeWorld({ site, product, answers: { ...base, 'tcp-probe': 'closed 25000\nopen 16443\n' } });
    await expect(carryThrough(world.context, step)).rejects.toThrow(/closed: 25000/);
    expect(world.ran).toEqual([]);
  });

  test('a member of another cluster is left alone', async () => {
    const lock = { '/var/snap/microk8s/current/var/lock/no-cert-reissue': '' };
    const world = fakeWorld({ site, product, answers: base, files: lock });
    await expect(carryThrough(world.context, step)).rejects.toThrow(/belongs to a cluster/);
    expect(world.ran).toEqual([]);
  });
});

test('addresses of the sample are those of the plan', () => {
  expect(site.nodes.map(({ name }) => addressOf(name))).toEqual(['10.0.4.21', '10.0.4.22', '10.0.4.23', '10.0.4.24']);
});

describe('undo leaves what a step found there and only fixed', () => {
  const undoable = stories
    .map(({ id }) => stepOf(id))
    .filter(({ madeUnder, files }) => madeUnder !== undefined && files.every(({ node }) => node !== undefined));

  test.each(undoable.map(({ id }) => id))('%s', async (id) => {
    const step = stepOf(id);
    const { context, ran, written } = fakeWorld({ site, product });
    const before = [...written];
    const kind = stepKinds.get(step.kind);
    await kind?.undo?.(context, kind.parameters.parse(step.parameters), step);
    expect(ran.map(({ command }) => textOf(command))).toEqual([]);
    expect([...written]).toEqual(before);
  });

  test('for every kind that deletes what other runs make, too', () => {
    const kinds = [...stepKinds.values()].filter(({ madeUnder }) => madeUnder !== undefined).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual([
      'cluster-service',
      'control-only',
      'declared-class',
      'declared-volume',
      'drain',
      'group-bindings',
      'ingress-service',
      'join-manager',
      'join-worker',
      'microk8s-install',
      'pool-group',
      'shared-volume',
      'snap-refresh',
      'storage-class',
    ]);
  });

  const className = 'storage-class/unshared';
  test.each([
    ['was not there', '', true],
    ['was there with other settings', '{"metadata":{"name":"x"},"provisioner":"other"}', false],
  ])('a class that %s', async (_, before, goes) => {
    const step = stepOf(className);
    const { context, ran } = fakeWorld({
      site,
      product,
      answers: { [kubectl('get storageclasses')]: before },
    });
    const kind = stepKinds.get(step.kind);
    await kind?.act(context, kind.parameters.parse(step.parameters), step);
    const acted = ran.length;
    await kind?.undo?.(context, kind.parameters.parse(step.parameters), step);
    expect(ran.length > acted).toBe(goes);
  });
});
