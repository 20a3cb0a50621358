import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from './lab.ts';
import { home } from './site.ts';

const out = mkdtempSync(join(tmpdir(), 'kloudspot-lab-package-'));
const onNode = (command: string) => lab.onNode(1, command);

beforeAll(async () => {
  execFileSync(process.execPath, [join(home, 'scripts/dist.ts'), '--only', 'deb,executable', '--out', out]);
  await lab.up({ nodes: 1, provisioner: false });
  for (const file of readdirSync(out))
    copyFileSync(join(out, file), join(`/proc/${lab.firstProcess(1)}/root/root`, file));
});
afterAll(async () => {
  rmSync(out, { recursive: true, force: true });
  await lab.down();
});

describe('on a machine without Node.js', () => {
  it('the package installs, runs a rehearsal and is removed without a trace but what the operator made', async () => {
    expect((await onNode('command -v node npm')).stdout).toBe('');
    const before = await onNode('find /usr -xdev | sort');
    expect(await onNode('dpkg -i /root/kloudspot_*_amd64.deb')).toMatchObject({ code: 0 });
    expect(await onNode('kloudspot --version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    // Filled by the install itself.
    const compiled = await onNode('find /usr/lib/kloudspot/dist/.compile-cache -type f | wc -l');
    expect(Number(compiled.stdout)).toBeGreaterThan(20);
    const run = await onNode('kloudspot init --rehearse --yes --accept-new-host-keys --speed 1000000');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/is running\.$/m) });
    expect(await onNode('dpkg -r kloudspot')).toMatchObject({ code: 0 });
    expect((await onNode('find /usr -xdev | sort')).stdout).toBe(before.stdout);
    expect(await onNode('ls /root/.local/state/kloudspot-rehearsal')).toMatchObject({ code: 0 });
  });

  it('the single executable runs a rehearsal', async () => {
    const run = await onNode(
      '/root/kloudspot-*-linux-x64 init --rehearse --yes --accept-new-host-keys --speed 1000000',
    );
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/is running\.$/m) });
  });
});
