import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { authorization, parseAuthorization } from '../../source/microk8s/authorization.ts';
import { folders, microk8sProgram } from '../../source/microk8s/node.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-authorization-'));
  await mkdir(join(root, 'args'));
  await mkdir(join(root, 'var/lock'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

/** What is read of a node with these arguments, whose kubectl is this script. */
async function read(lines: string, kubectl: string) {
  await writeFile(join(root, 'args/kube-apiserver'), lines);
  await writeFile(join(root, 'microk8s'), `#!/bin/sh\n${kubectl}\n`, { mode: 0o755 });
  const text = authorization.text.replaceAll(microk8sProgram, join(root, 'microk8s')).replaceAll(folders.data, root);
  return parseAuthorization((await execa('bash', ['-c', text, 'authorization'])).stdout);
}

test.each([
  ['--secure-port=16443\n--authorization-mode=RBAC,Node\n', 'echo no; exit 1', { told: 'RBAC,Node', open: false }],
  ['--authorization-mode=RBAC,Node\n', 'echo yes', { told: 'RBAC,Node', open: true }],
  ['--authorization-mode AlwaysAllow\n', 'echo yes', { told: 'AlwaysAllow', open: true }],
  ['--secure-port=16443\n', 'echo refused >&2; exit 1', { told: 'AlwaysAllow', open: undefined }],
])('%j with an API that says %j', async (lines, kubectl, seen) => expect(await read(lines, kubectl)).toEqual(seen));

test('kubectl is asked for a user to whom no right was given', async () => {
  const asked = `case "$*" in "kubectl auth can-i "*--as=kloudspot:stranger) echo no ;; *) echo yes ;; esac`;
  expect(await read('', asked)).toMatchObject({ open: false });
});

test('a worker has no API server', async () => {
  await writeFile(join(root, 'var/lock/clustered.lock'), '');
  expect(await read('--authorization-mode=RBAC,Node\n', 'echo yes')).toBeUndefined();
});
