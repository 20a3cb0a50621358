import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { lockWorkstation } from '../../source/engine/lock/lock.ts';
import { claimText, type LockClaim, lifeOfHolder, lockedFault, ownClaim } from '../../source/engine/lock/lock-claim.ts';
import { lockNodes, nodeLockPath } from '../../source/engine/lock/node-lock.ts';
import { type LockVerb, nodeLockScript } from '../../source/engine/lock/node-lock-script.ts';
import { type Files, filesUnder } from '../../source/site/files.ts';
import { workstationHolder } from './holder.ts';
import { ToyHosts, toyPlan } from './toys.ts';

const workstation = async (): Promise<Files> => filesUnder(await mkdtemp(join(tmpdir(), 'ks-lock-')));
const quiet = { takeOver: false, onLost: () => undefined };
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

const at = new Date().toISOString();
const started = { at, type: 'run-started', run: 'old', plan: 'p', process: 1, owner: 'o', host: 'h', resumed: false };
const ended = { at, type: 'run-ended', outcome: 'done', why: '' };

async function writeJournal(files: Files, run: string, lines: readonly object[] | undefined): Promise<void> {
  if (lines === undefined) return;
  await mkdir(join(files.runs, run), { recursive: true });
  await writeFile(join(files.runs, run, 'journal.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

describe('the lock of the workstation', () => {
  it('is taken once, names its holder, and is given back', async () => {
    const files = await workstation();
    const claim = await ownClaim(files, 'run-1');
    const held = await lockWorkstation(files, claim, quiet);
    expect(await workstationHolder(files)).toEqual(claim);
    await expect(
      lockWorkstation(files, await ownClaim(files, 'run-2'), { ...quiet, takeOver: true }),
    ).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('run-1'),
      why: expect.stringContaining(`Process ${process.pid}, since ${claim.since}`),
    });
    await held.release();
    expect(await workstationHolder(files)).toBeUndefined();
  });

  it('goes to one of many that want it at once', async () => {
    const files = await workstation();
    const claims = await Promise.all(Array.from({ length: 20 }, (_, place) => ownClaim(files, `run-${place}`)));
    const ends = await Promise.allSettled(claims.map((claim) => lockWorkstation(files, claim, quiet)));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('left by a process that is gone, goes to one of many that take it over', async () => {
    const files = await workstation();
    const gone = { ...(await ownClaim(files, 'old')), started: 'before' };
    const dead = await lockWorkstation(files, gone, quiet);
    const claims = await Promise.all(Array.from({ length: 20 }, (_, place) => ownClaim(files, `run-${place}`)));
    const ends = await Promise.allSettled(
      claims.map((claim) => lockWorkstation(files, claim, { ...quiet, takeOver: true })),
    );
    const winners = claims.filter((_, place) => ends[place]?.status === 'fulfilled');
    expect(winners.map(({ run }) => run)).toEqual([(await workstationHolder(files))?.run]);
    // A holder that was overtaken releases nothing that is not its own.
    await dead.release();
    expect(await workstationHolder(files)).toEqual(winners[0]);
  });

  it.each<[string, { run?: string; takeOver?: boolean }, boolean]>([
    ['the same run takes it back', { run: 'old' }, true],
    ['another run is refused', { run: 'new' }, false],
    ['another run takes it over knowingly', { run: 'new', takeOver: true }, true],
  ])('left by a process that is gone: %s', async (_, { run = '', takeOver = false }, taken) => {
    const files = await workstation();
    await lockWorkstation(files, { ...(await ownClaim(files, 'old')), started: 'before' }, quiet);
    const attempt = lockWorkstation(files, await ownClaim(files, run), { ...quiet, takeOver });
    if (taken) await expect(attempt).resolves.toBeDefined();
    else
      await expect(attempt).rejects.toMatchObject({
        exitCode: 5,
        why: expect.stringContaining('its process has ended'),
      });
  });

  it.each([
    ['has ended', [started, ended], true],
    ['was cut off', [started], false],
    ['restarts this machine', [started, { ...ended, outcome: 'rebooting' }], false],
    ['goes on again after its end', [started, ended, started], false],
    ['has no journal', undefined, false],
  ])(
    'left by a process that is gone, of a run that %s: another run takes it or is refused',
    async (_, lines, taken) => {
      const files = await workstation();
      await writeJournal(files, 'old', lines);
      await lockWorkstation(files, { ...(await ownClaim(files, 'old')), started: 'before' }, quiet);
      const taking = lockWorkstation(files, await ownClaim(files, 'new'), quiet);
      if (taken) await expect(taking).resolves.toBeDefined();
      else await expect(taking).rejects.toMatchObject({ exitCode: 5 });
    },
  );

  it('of a process that lives is kept, also when its run has ended', async () => {
    const files = await workstation();
    await writeJournal(files, 'old', [started, ended]);
    await lockWorkstation(files, await ownClaim(files, 'old'), quiet);
    await expect(lockWorkstation(files, await ownClaim(files, 'new'), quiet)).rejects.toMatchObject({ exitCode: 5 });
  });

  it.each<[string, string]>([
    ['its clock in the future', '2099-01-01T00:00:00.000Z'],
    ['its clock far behind', '2001-01-01T00:00:00.000Z'],
  ])('of a holder on another machine, %s: only heartbeats that are seen count', async (_, heartbeat) => {
    const files = await workstation();
    const elsewhere = { ...(await ownClaim(files, 'old')), machine: 'elsewhere', heartbeat };
    await lockWorkstation(files, elsewhere, quiet);
    const mine = await ownClaim(files, 'mine');
    await expect(lockWorkstation(files, mine, quiet)).rejects.toMatchObject({
      why: expect.stringContaining('cannot be determined from here'),
      next: expect.arrayContaining([expect.stringContaining('--take-over')]),
    });
    const over = { ...quiet, takeOver: true, watchMs: 1000 };
    // Written again and again, as a heartbeat does.
    let beats = 0;
    const beating = setInterval(() => {
      writeFileSync(files.lock, claimText({ ...elsewhere, owner: `beat ${beats++}` }));
    }, 20);
    await expect(lockWorkstation(files, mine, over)).rejects.toMatchObject({
      why: expect.stringContaining('it is running'),
    });
    clearInterval(beating);
    await expect(lockWorkstation(files, mine, over)).resolves.toBeDefined();
  });

  it('of a root that was moved is still judged by the process that left it', async () => {
    const files = await workstation();
    const gone = { ...(await ownClaim(filesUnder('/where/it/was'), 'old')), started: 'before' };
    await lockWorkstation(files, gone, quiet);
    await expect(lockWorkstation(files, await ownClaim(files, 'old'), quiet)).resolves.toBeDefined();
  });

  it('is not kept by a file that is not a claim', async () => {
    const files = await workstation();
    await rm(files.lock, { force: true });
    const held = await lockWorkstation(files, await ownClaim(files, 'x'), quiet);
    await held.release();
    await writeFile(files.lock, 'half a li');
    await expect(lockWorkstation(files, await ownClaim(files, 'y'), quiet)).resolves.toBeDefined();
    expect(JSON.parse(await readFile(files.lock, 'utf8'))).toMatchObject({ run: 'y' });
  });
});

describe('the life of a holder', () => {
  it.each<[string, Partial<LockClaim>, string, number?]>([
    ['this very process', {}, 'alive'],
    ['its number, but another start', { started: 'before' }, 'gone'],
    ['a number that no one has', { process: 4_194_300 }, 'gone'],
    ['another machine, heard of lately', { workstation: 'other' }, 'alive', 60_000],
    ['another machine, silent', { workstation: 'other' }, 'silent', 600_000],
    [
      'another machine whose clock is behind: only measured silence counts',
      { workstation: 'other', heartbeat: minutesAgo(60) },
      'alive',
      1_000,
    ],
    [
      'another machine whose clock is ahead does not hold the lock forever',
      { workstation: 'other', heartbeat: '2099-01-01T00:00:00.000Z' },
      'silent',
      600_000,
    ],
    ['a clone of this machine is another one, whatever its processes', { workstation: 'clone', process: 1 }, 'alive'],
  ])('%s', async (_, changes, life, silentMs = undefined) => {
    const files = filesUnder('/nowhere');
    const own = await ownClaim(files, 'r');
    expect(await lifeOfHolder({ ...own, ...changes }, own.workstation, silentMs)).toBe(life);
  });
});

describe('the lock on the nodes', () => {
  const targets = toyPlan([]).targets;

  async function attempt(
    hosts: ToyHosts,
    run: string,
    options: { takeOver?: boolean; heartbeat?: string; workstation?: string } = {},
  ) {
    const files = await workstation();
    const own = await ownClaim(files, run);
    const claim = {
      ...own,
      heartbeat: options.heartbeat ?? own.heartbeat,
      workstation: options.workstation ?? own.workstation,
    };
    return lockNodes({ ...quiet, takeOver: options.takeOver ?? false, files, targets, hosts, claim, every: 0 });
  }

  it('stands on every node that answers and is taken away at the end', async () => {
    const hosts = new ToyHosts();
    hosts.away.add('b');
    const held = await attempt(hosts, 'one');
    expect([...hosts.files.keys()]).toEqual([`a:${nodeLockPath}`, `c:${nodeLockPath}`]);
    await held.release();
    expect([...hosts.files.keys()]).toEqual([]);
  });

  it('refuses a second workstation, says where, and leaves nothing behind', async () => {
    const hosts = new ToyHosts();
    hosts.files.set(
      `b:${nodeLockPath}`,
      claimText({ ...(await ownClaim(filesUnder('/else'), 'other')), workstation: 'else' }),
    );
    await expect(attempt(hosts, 'mine')).rejects.toMatchObject({
      exitCode: 5,
      where: 'b',
      message: expect.stringContaining('other'),
    });
    await expect(attempt(hosts, 'mine', { takeOver: true })).rejects.toMatchObject({ exitCode: 5 });
    expect([...hosts.files.keys()]).toEqual([`b:${nodeLockPath}`]);
  });

  it('is free where a process of this workstation was killed after its run had ended, and only then', async () => {
    const files = await workstation();
    const hosts = new ToyHosts();
    const gone = { ...(await ownClaim(files, 'old')), started: 'before' };
    hosts.files.set(`b:${nodeLockPath}`, claimText(gone));
    const claim = await ownClaim(files, 'new');
    const taking = () => lockNodes({ ...quiet, files, targets, hosts, claim, every: 0 });
    await writeJournal(files, 'old', [started]);
    await expect(taking()).rejects.toMatchObject({ exitCode: 5, where: 'b' });
    await writeJournal(files, 'old', [started, ended]);
    await (await taking()).release();
    expect([...hosts.files.keys()]).toEqual([]);
  });

  it('takes over from a silent workstation knowingly only', async () => {
    const hosts = new ToyHosts();
    const silent = { ...(await ownClaim(filesUnder('/else'), 'other')), workstation: 'else' };
    const [boot, up] = [
      await readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      await readFile('/proc/uptime', 'utf8'),
    ];
    hosts.files.set(
      `b:${nodeLockPath}`,
      `${claimText(silent)}${boot.trim()} ${Math.floor(Number.parseFloat(up)) - 600}\n`,
    );
    await expect(attempt(hosts, 'mine')).rejects.toMatchObject({
      why: expect.stringContaining('no heartbeat for 10 min'),
    });
    await expect(attempt(hosts, 'mine', { takeOver: true })).resolves.toBeDefined();
  });

  it('goes to one of two that come at the same moment, 10 times', async () => {
    for (let round = 0; round < 10; round++) {
      const hosts = new ToyHosts();
      const ends = await Promise.allSettled([
        attempt(hosts, 'one', { workstation: 'one' }),
        attempt(hosts, 'two', { workstation: 'two' }),
      ]);
      const holders = new Set([...hosts.files.values()].map((text) => JSON.parse(text.split('\n')[0] ?? '').run));
      const held = ends.filter(({ status }) => status === 'fulfilled').length;
      expect([held <= 1, holders.size <= 1], `round ${round}`).toEqual([true, true]);
    }
  });

  it('starts no program but those that touch its file: each heartbeat is a few processes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ks-few-'));
    const bash = (await execa('which', ['bash'])).stdout;
    for (const name of ['flock', 'mkdir', 'ln', 'mv', 'rm'])
      await symlink((await execa('which', [name])).stdout, join(folder, name));
    const [one, two] = await Promise.all(['one', 'two'].map((run) => ownClaim(filesUnder(`/${run}`), run)));
    if (one === undefined || two === undefined) throw new Error('no claims');
    const call = async (verb: LockVerb, claim: LockClaim, replaced?: string) => {
      const { text, arguments: words = [] } = nodeLockScript(verb, join(folder, 'x/lock'), claim.run, replaced);
      const options = { input: claimText(claim), env: { PATH: folder, SHLVL: '2' }, extendEnv: false };
      const { stdout, stderr } = await execa(bash, ['-c', text, 'node-lock', ...words], options);
      return `${stdout.split(' ')[0]}${stderr}`;
    };
    const acts = [await call('take', one), await call('beat', one), await call('take', two)];
    acts.push(await call('take', two, one.token), await call('release', one), await call('release', two));
    expect(acts).toEqual(['yours', 'yours', 'held', 'yours', 'held', 'yours']);
    expect(await readdir(join(folder, 'x'))).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('is decided by the node itself: of two shells at once, one is told that it is theirs, 20 times', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ks-race-'));
    const claims = await Promise.all(['one', 'two'].map((run) => ownClaim(filesUnder(`/${run}`), run)));
    for (let round = 0; round < 20; round++) {
      const path = join(folder, String(round), 'lock');
      const answers = await Promise.all(
        claims.map(async (claim) => {
          const { text, arguments: words = [] } = nodeLockScript('take', path, claim.run);
          return (await execa('bash', ['-c', text, 'node-lock', ...words], { input: claimText(claim) })).stdout;
        }),
      );
      expect(
        answers.filter((answer) => answer === 'yours'),
        answers.join(),
      ).toHaveLength(1);
      // Nothing but the lock lies there.
      expect(await readdir(dirname(path))).toEqual(['lock']);
    }
    await rm(folder, { recursive: true });
  });

  /** What the script of a node answers to a run of another machine. */
  async function askNode(verb: 'take' | 'release', path: string, claim: LockClaim, replaced = ''): Promise<string> {
    const { text, arguments: words = [] } = nodeLockScript(verb, path, claim.run, replaced);
    return (await execa('bash', ['-c', text, 'node-lock', ...words], { input: claimText(claim) })).stdout;
  }

  it('is one with the lock of a run on that node itself, under the root /: one of both gets it, 10 times', async () => {
    for (let round = 0; round < 10; round++) {
      const files = await workstation();
      await mkdir(dirname(files.lock), { recursive: true });
      const [own, other] = [await ownClaim(files, 'own'), await ownClaim(filesUnder('/elsewhere'), 'other')];
      const [here, answer] = await Promise.all([
        lockWorkstation(files, own, quiet).catch(() => undefined),
        askNode('take', files.lock, other),
      ]);
      expect([here !== undefined, answer === 'yours'].filter(Boolean), answer).toHaveLength(1);
      await here?.release();
      if (answer === 'yours') expect(await askNode('release', files.lock, other)).toBe('yours');
      expect(await readdir(dirname(files.lock))).toEqual([]);
    }
  });

  it('a holder that is gone is replaced by a run on the node or by one of another machine, not by both, 10 times', async () => {
    for (let round = 0; round < 10; round++) {
      const files = await workstation();
      const gone = { ...(await ownClaim(files, 'gone')), started: 'before' };
      await lockWorkstation(files, gone, quiet);
      const [own, other] = [await ownClaim(files, 'own'), await ownClaim(filesUnder('/elsewhere'), 'other')];
      const [here, answer] = await Promise.all([
        lockWorkstation(files, own, { ...quiet, takeOver: true }).catch(() => undefined),
        askNode('take', files.lock, other, gone.token),
      ]);
      expect([here !== undefined, answer === 'yours'].filter(Boolean), answer).toHaveLength(1);
    }
  });

  it('that was being replaced when the script was cut off goes on to that run, and to no other', async () => {
    const { lock } = await workstation();
    await mkdir(dirname(lock), { recursive: true });
    const [old, next, third] = await Promise.all(
      ['old', 'next', 'third'].map((run) => ownClaim(filesUnder(`/${run}`), run)),
    );
    if (old === undefined || next === undefined || third === undefined) return expect.fail();
    await writeFile(lock, claimText(old));
    await writeFile(`${lock}.after.${old.token}`, claimText(next));
    expect(await askNode('take', lock, third, old.token)).toMatch(/^held 0\n.*"run":"next"/);
    expect(await askNode('take', lock, next)).toBe('yours');
    expect(await askNode('release', lock, next)).toBe('yours');
    expect(await readdir(dirname(lock))).toEqual([]);
  });

  it('is released by a later process of the same run too', async () => {
    const hosts = new ToyHosts();
    await attempt(hosts, 'mine');
    const later = await attempt(hosts, 'mine');
    await later.release();
    expect([...hosts.files.keys()]).toEqual([]);
  });

  it('gives signs of life, and tells when someone else has taken it', async () => {
    const hosts = new ToyHosts();
    const files = await workstation();
    const claim = await ownClaim(files, 'mine');
    const lost = Promise.withResolvers<string>();
    const held = await lockNodes({ takeOver: false, onLost: lost.resolve, files, targets, hosts, claim, every: 20 });
    const first = hosts.files.get(`a:${nodeLockPath}`);
    await expect.poll(() => hosts.files.get(`a:${nodeLockPath}`)).not.toBe(first);
    hosts.files.set(`c:${nodeLockPath}`, claimText({ ...claim, token: 'theirs', run: 'theirs' }));
    expect(await lost.promise).toContain('run theirs');
    await held.release();
    expect([...hosts.files.keys()]).toEqual([`c:${nodeLockPath}`]);
  });

  it('takes its own earlier claim over on a node that was away while the lock was taken', async () => {
    const hosts = new ToyHosts();
    const files = await workstation();
    const claim = await ownClaim(files, 'mine');
    const lost: string[] = [];
    const onLost = (who: string) => lost.push(who);
    const held = await lockNodes({ takeOver: false, onLost, files, targets, hosts, claim, every: 20 });
    hosts.files.set(`b:${nodeLockPath}`, claimText({ ...claim, token: 'of the process before' }));
    await expect.poll(() => hosts.files.get(`b:${nodeLockPath}`)).toContain(claim.token);
    expect(lost).toEqual([]);
    await held.release();
    expect([...hosts.files.keys()]).toEqual([]);
  });
});

it('a lock that is held while a rehearsal gets its machines offers no command that cannot work', async () => {
  const claim = await ownClaim(filesUnder('/nowhere'), 'a new rehearsal');
  const { message, next } = lockedFault(claim, 'alive', '/nowhere/lock');
  expect(message).toContain('The lock is held: a new rehearsal');
  expect(next).toEqual(['Wait a moment, then run the same command again.']);
  expect(lockedFault({ ...claim, run: '20260102-030405-beef' }, 'alive', '/nowhere/lock').next).toEqual([
    expect.stringContaining('attach 20260102-030405-beef'),
  ]);
});
