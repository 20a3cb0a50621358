import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatherEvidence } from '../../source/app/evidence.ts';
import { readPlan } from '../../source/app/plan.ts';
import { registrySecret } from '../../source/app/registry-secret.ts';
import { Fault } from '../../source/errors/fault.ts';
import { systemClock } from '../../source/host/clock.ts';
import { Passwords, readPasswords } from '../../source/host/secrets.ts';
import { thisMachine } from '../../source/host/this-machine.ts';
import { loadProduct } from '../../source/product/load.ts';
import { loadScenario } from '../../source/rehearsal/scenario/load.ts';
import { filesUnder } from '../../source/site/files.ts';
import { textOfSite } from '../../source/site/load.ts';
import { openBundle } from '../../source/workstation/bundle/open.ts';
import { readChart } from '../../source/workstation/chart-files.ts';
import { standingPair } from '../../source/workstation/tls-pair.ts';
import { siteOf } from '../plan/sample.ts';

const home = resolve(import.meta.dirname, '../..');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ks-named-'));
});
afterEach(() => rm(folder, { recursive: true }));

const withPair = (path: string) => siteOf({ managers: 1 }, { tls: { mode: 'files', key: path, certificate: path } });
const noHosts = {
  get: () => Promise.reject(new Fault({ what: 'No node answers.' })),
  forget: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

const withSecret = (secretFile: string) =>
  siteOf({ managers: 1 }, { registry: { host: 'r.example.org', user: 'deploy', secretFile } });

/** A chart whose one template is that file. */
async function chartWith(path: string): Promise<unknown> {
  const chart = join(folder, 'chart');
  await mkdir(chart);
  await writeFile(join(chart, 'Chart.yaml'), 'name: own\n');
  await symlink(path, join(chart, 'template.yaml'));
  return readChart(chart);
}

const readers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'a site file': textOfSite,
  'a plan': readPlan,
  'a product': loadProduct,
  'a scenario': loadScenario,
  'a bundle': openBundle,
  'a file of a chart': chartWith,
  'a password file': (file) => readPasswords({ file }),
  'the secret of the registry': (file) => registrySecret(withSecret(file), new Passwords()),
  'a certificate, for its run': (path) => standingPair(withPair(path), filesUnder(folder), 0),
};
const kinds: Readonly<Record<string, readonly [make: (path: string) => Promise<unknown>, why: RegExp]>> = {
  'a pipe that no one writes into': [(path) => execa('mkfifo', ['-m', '600', path]), /^It is a (named )?pipe\.$/],
  'a device that never ends': [(path) => symlink('/dev/zero', path), /device|more than \d+ MiB|0600/],
  'a folder': [(path) => mkdir(path, { mode: 0o700 }), /^It is a folder\.$/],
  'a circle of links': [(path) => symlink(path, path), /^Symbolic links form a loop\.$/],
};

const cases = Object.entries(readers).flatMap(([reader, read]) =>
  Object.entries(kinds)
    // A chart's folders are gone through.
    .filter(([kind]) => reader !== 'a file of a chart' || kind !== 'a folder')
    .map(([kind, [make, why]]) => ({ reader, read, kind, make, why })),
);

describe('in the place of a file that an operator names', () => {
  it.each(cases)('$reader: $kind is told with its path and the way out, and not waited for', async (one) => {
    const path = join(folder, 'one.yaml');
    await one.make(path);
    const said = await one.read(path).catch((error: unknown) => error);
    if (!(said instanceof Fault)) throw new Error(`not a Fault: ${String(said)}`);
    expect(`${said.message} ${said.where ?? ''}`).toMatch(/one\.yaml|template\.yaml/);
    expect(`${said.message} ${said.why ?? ''}`).not.toMatch(/does not exist|Unknown|not found/);
    expect(said.why).toMatch(one.why);
    expect(said.next).not.toEqual([]);
  });

  it.each([
    ['a pipe that no one writes into', 'it is a pipe.'],
    ['a device that never ends', 'it is a device.'],
    ['a folder', 'it is a folder.'],
    ['a circle of links', 'symbolic links form a loop.'],
    ['nothing', 'the file does not exist.'],
  ])('the checks and the pages say the same of a certificate: %s', async (kind, problem) => {
    const path = join(folder, 'one.pem');
    await kinds[kind]?.[0](path);
    const asked = { site: withPair(path), product: await loadProduct('kloudspot') };
    const { tls } = await gatherEvidence(asked, { hosts: noHosts, clock: systemClock });
    expect(tls?.key).toEqual({ problem });
    expect(thisMachine.file(path)).toEqual({ problem: `${path}: ${problem}` });
  });
});

it('a file of a chart whose name would act on the terminal is refused before anything is planned', async () => {
  await writeFile(join(folder, 'Chart.yaml'), 'name: own\n');
  await writeFile(join(folder, 'a\u001b[2J.tpl'), '');
  expect(() => readChart(folder)).toThrow('A file of the chart has a name that cannot be shown.');
});

it('a site may come through a pipe of the shell, which gives it once, and is read as often as it is wanted', async () => {
  const script = `import { openUnfinished } from '${join(home, 'source/app/unfinished-site.ts')}';
    for (const _ of [1, 2]) {
      const { draft, open } = await openUnfinished(process.argv[1]);
      console.log(draft.name, String(open.length > 0));
    }`;
  const { stdout } = await execa(
    'bash',
    ['-c', `"$0" --input-type=module -e "$1" <(echo 'name: half')`, process.execPath, script],
    { cwd: home },
  );
  expect(stdout).toBe('half true\nhalf true');
});

it('passwords may come through a pipe of the shell', async () => {
  const script = `import { readPasswords } from '${join(home, 'source/host/secrets.ts')}';
    console.log((await readPasswords({ file: process.argv[1] })).login('a'));`;
  const { stdout } = await execa(
    'bash',
    ['-c', `"$0" --input-type=module -e "$1" <(sleep 1; echo 'login: x')`, process.execPath, script],
    { cwd: home },
  );
  expect(stdout).toBe('x');
});
