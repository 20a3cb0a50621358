import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { networkSections } from '../../source/facts/network.ts';

const question = networkSections.find(({ name }) => name === 'cloud-init')?.question;
const text = question !== undefined && 'bash' in question ? question.bash : '';

/** What the section says where these files lie under /etc/cloud. */
function said(files: Readonly<Record<string, string>>): string {
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
  return stdout;
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
  ['nothing', {}, false],
])('cloud-init leaves the network alone: %s', (_, files, off) => {
  expect(said(files).includes('network-disabled')).toBe(off);
});

test.each([
  ['true', 'hosts true'],
  ["'template'", 'hosts template'],
  ['localhost', 'hosts localhost'],
  ['false', 'hosts false'],
])('user-data with manage_etc_hosts: %s is noticed', (value, line) => {
  expect(said({ 'var/instance/cloud-config.txt': `#cloud-config\nmanage_etc_hosts: ${value}\nusers: []\n` })).toContain(
    `${line}\n`,
  );
  expect(said({ 'var/instance/cloud-config.txt': `#cloud-config\n# manage_etc_hosts: ${value}\n` })).not.toContain(
    'hosts',
  );
});
