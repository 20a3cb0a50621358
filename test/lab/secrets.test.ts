import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { foundOn } from './judge.ts';
import * as lab from './lab.ts';
import { failures, fromLaptop, journal, ran } from './program.ts';
import { writeProduct, writeSite } from './site.ts';

const planted = { sudo: 'planted-5udo-Pa55-3k', login: 'planted-l0gin-Pa55-7q', registry: 'planted-r3gistry-9x' };
/** Not a part of a longer number, such as the id of a container in a path. */
const token = '(^|[^0-9a-f])[0-9a-f]{32}/[0-9a-f]{12}([^0-9a-f]|$)';
const watched = z.object({ looks: z.number(), found: z.array(z.string()), coreFiles: z.array(z.string()) });
let root: string;
let site: string;
let patterns: readonly string[];
const file = (name: string) => join(root, name);

/** Three managers: sudo of one wants a password, another one is logged in to with one of its own. A registry's secret and a TLS key. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({
    nodes: 3,
    volumeGroup: 'ubuntu-vg',
    disk: '100G',
    each: {
      1: { sudo: 'password', password: planted.sudo },
      2: { login: 'password', sudo: 'password', password: planted.login },
    },
  });
  const product = await writeProduct(file('site'));
  const nodes = [
    { n: 1, name: 'ks-1' },
    { n: 2, name: 'ks-2', password: true },
    { n: 3, name: 'ks-3' },
  ] as const;
  site = await writeSite({ folder: file('site'), product, nodes });
  const subject = ['-subj', '/CN=spot.lab.test', '-addext', 'subjectAltName=DNS:spot.lab.test'];
  const pair = ['-keyout', file('tls.key'), '-out', file('tls.crt')];
  await execa('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '90', ...subject, ...pair]);
  const document = parseDocument(await readFile(site, 'utf8'));
  document.set('tls', { mode: 'files', certificate: file('tls.crt'), key: file('tls.key') });
  document.set('registry', { host: 'registry.lab.test', user: 'acme' });
  await writeFile(site, document.toString());
  const given = [
    `registry: ${planted.registry}`,
    'nodes:',
    `  ks-1: { sudo: ${planted.sudo} }`,
    `  ks-2: { login: ${planted.login} }`,
  ];
  await writeFile(file('passwords.yaml'), `${given.join('\n')}\n`, { mode: 0o600 });
  patterns = await patternsOf(await readFile(file('tls.key'), 'utf8'));
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

/** Each secret as it was planted, and in the forms that it takes on its way. */
async function patternsOf(key: string): Promise<string[]> {
  const base64 = (words: string) => Buffer.from(words).toString('base64').replace(/=+$/, '');
  const line = key.split('\n')[5] ?? expect.fail('the key is shorter than it should be');
  const forms = [...Object.values(planted), base64(`acme:${planted.registry}`), line, base64(key).slice(200, 280)];
  return [...forms.map((form) => form.replaceAll(/[+/]/g, '[$&]')), token];
}

/**
 * The documented window, and nothing but the token in it: the arguments of MicroK8s' own join, and the variable in which its sudo
 * tells what that join starts which command it is.
 */
function isOfJoin(seen: string): boolean {
  const join =
    /^arguments: .*(microk8s.* join|join\.py) .*:25000\/|^environment: SUDO_COMMAND=\S*python\S* .*\/join\.py .*:25000\//;
  const others = patterns.filter((pattern) => pattern !== token);
  return join.test(seen) && !new RegExp(others.join('|')).test(seen);
}

it("only MicroK8s' own join, and only with its token, counts as the documented window", () => {
  const line = `10.0.9.21:25000/${'0a'.repeat(16)}/${'1b'.repeat(6)}`;
  const python = '/snap/microk8s/7/usr/bin/python3 /snap/microk8s/7/scripts/wrappers/join.py';
  const sudoCommand = `environment: SUDO_COMMAND=${python} ${line}`;
  expect(isOfJoin(`arguments: timeout 600 microk8s join ${line}`)).toBe(true);
  expect(isOfJoin(`${sudoCommand}, of: snapctl services`)).toBe(true);
  expect(isOfJoin(`environment: SUDO_COMMAND=/bin/sh -c kloudspot microk8s join ${line}, of: sleep 1`)).toBe(false);
  expect(isOfJoin(`environment: JOIN=${line}, of: ${python} x`)).toBe(false);
  expect(isOfJoin(`arguments: echo ${line}`)).toBe(false);
  expect(isOfJoin(`${sudoCommand} ${planted.sudo}, of: snapctl services`)).toBe(false);
});

/** Watches every process, from when this settles until it is told to stop. */
async function watch() {
  const script = join(import.meta.dirname, 'watch-processes.ts');
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(patterns.join('\n'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('looking');
  return {
    async stop() {
      child.kill('SIGTERM');
      return watched.parse(JSON.parse(z.string().parse((await lines.next()).value)));
    },
  };
}

describe('planted secrets through a whole run over SSH', () => {
  it('the watching sees what is in arguments and in the environment, on a node and beside it', async () => {
    const watching = await watch();
    await Promise.all([
      lab.onNode(1, `sh -c 'sleep 10; true' ${planted.sudo}`),
      lab.inHub(['env', `SHOWN=${planted.login}`, 'sh', '-c', 'sleep 10; true']),
    ]);
    const { found } = await watching.stop();
    expect(found).toContainEqual(expect.stringContaining(planted.sudo));
    expect(found).toContainEqual(expect.stringMatching(/^environment: SHOWN=\S+, of: sh -c sleep 10/));
  });

  it('no process shows one but the join of MicroK8s itself, and the run leaves no memory in core files', async () => {
    const watching = await watch();
    const flags = ['--site', site, '--yes', '--accept-new-host-keys', '--password-file', file('passwords.yaml')];
    const { code, stdout, stderr } = await ran(fromLaptop(root, 'init', ...flags));
    const { looks, found, coreFiles } = await watching.stop();
    expect(failures(journal(root)), stderr).toEqual([]);
    expect(code, stdout + stderr).toBe(0);
    expect(looks).toBeGreaterThan(100);
    expect(found.filter((one) => !isOfJoin(one))).toEqual([]);
    expect(coreFiles).toEqual(['limit 0, memory 0']);
  });

  it('no process is left that shows one, once the run has ended', async () => {
    const { found } = await (await watch()).stop();
    expect(found).toEqual([]);
  });

  it('the API server holds what was planted, so that it was there to be seen', async () => {
    const secrets = JSON.stringify(await lab.objects('secrets', '-n', 'kloudspot'));
    const logins = JSON.stringify({
      auths: { 'registry.lab.test': { auth: Buffer.from(`acme:${planted.registry}`).toString('base64') } },
    });
    expect(secrets).toContain(Buffer.from(logins).toString('base64'));
    expect(secrets).toContain(Buffer.from(await readFile(file('tls.key'))).toString('base64'));
  });

  it('no file, log or journal holds one, but what the operator gave', async () => {
    const { stdout } = await execa('grep', ['-rlaE', patterns.join('|'), root], { reject: false });
    const given = ['passwords.yaml', 'tls.key'].map(file);
    expect(stdout.split('\n').filter((path) => path !== '' && !given.includes(path))).toEqual([]);
    for (const n of [1, 2, 3]) expect(await foundOn(n, patterns.join('|'))).toBe('');
  });
});
