import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { cloudInitSection } from '../../source/facts/cloud-init.ts';

const { question, parse } = cloudInitSection;
const text = 'bash' in question ? question.bash : '';

/** What is read where these files lie under /etc/cloud. */
function said(files: Readonly<Record<string, string>>): ReturnType<typeof parse> {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const { stdout } = spawnSync(
    'bash',
    ['-c', text.replaceAll('/etc/cloud', folder).replaceAll('/var/lib/cloud', join(folder, 'var'))],
    { encoding: 'utf8' },
  );
  rmSync(folder, { recursive: true });
  return parse(stdout, { stdout, code: 0 });
}

test.each([
  ['flow form', { 'cloud.cfg.d/99-off.cfg': 'network: {config: disabled}\n' }, true],
  ['block form', { 'cloud.cfg.d/99-off.cfg': 'network:\n  config: disabled\n' }, true],
  ['single quotes', { 'cloud.cfg.d/99.cfg': "network: {config: 'disabled'}\n" }, true],
  ['JSON', { 'cloud.cfg.d/99.cfg': '{"network": {"config": "disabled"}}\n' }, true],
  ['a remark behind it', { 'cloud.cfg.d/99.cfg': 'network:  # by hand\n  config: disabled # yes\n' }, true],
  ['in the main file', { 'cloud.cfg': 'users: []\nnetwork: {config: disabled}\n' }, true],
  ['switched off altogether', { 'cloud-init.disabled': '' }, true],
  ['a commented line', { 'cloud.cfg.d/99-notes.cfg': '# network: {config: disabled}\n' }, false],
  ['a file that cloud-init does not read', { 'cloud.cfg.d/99.cfg.bak': 'network: {config: disabled}\n' }, false],
  ['another key', { 'cloud.cfg.d/99.cfg': 'my-network: {config: disabled}\n' }, false],
  ['behind other keys', { 'cloud.cfg.d/99.cfg': 'network:\n  version: 2\n  config: disabled\n' }, true],
  ['a key of the same name deeper down', { 'cloud.cfg': 'system_info:\n  network: {config: disabled}\n' }, false],
  ['in a text', { 'cloud.cfg.d/99.cfg': 'write_files:\n  - content: |\n      network: {config: disabled}\n' }, false],
  [
    'off, and on again in a later file',
    {
      'cloud.cfg.d/10.cfg': 'network: {config: disabled}\n',
      'cloud.cfg.d/90.cfg': 'network: {config: {version: 2}}\n',
    },
    false,
  ],
  [
    'off in the later file',
    { 'cloud.cfg': 'network: {config: {version: 2}}\n', 'cloud.cfg.d/90.cfg': 'network: {config: disabled}\n' },
    true,
  ],
  [
    'a file that is not YAML beside it',
    { 'cloud.cfg.d/10.cfg': '{[', 'cloud.cfg.d/90.cfg': 'network: {config: disabled}\n' },
    true,
  ],
  ['nothing', {}, false],
])('cloud-init leaves the network alone: %s', (_, files, off) => {
  expect(said(files).networkDisabled).toBe(off);
});

test.each([
  ['true', 'template'],
  ["'template'", 'template'],
  ['Yes', 'template'],
  ['localhost', 'own-line'],
  ['false', undefined],
])('user-data with manage_etc_hosts: %s is noticed', (value, hosts) => {
  const user = (line: string) => ({ 'var/instance/cloud-config.txt': `#cloud-config\n${line}\nusers: []\n` });
  expect(said(user(`manage_etc_hosts: ${value}`)).hosts).toBe(hosts);
  expect(said(user(`"manage_etc_hosts": ${value} # by hand`)).hosts).toBe(hosts);
  expect(said(user(`# manage_etc_hosts: ${value}`)).hosts).toBeUndefined();
  expect(said(user(`system_info:\n  manage_etc_hosts: ${value}`)).hosts).toBeUndefined();
});
