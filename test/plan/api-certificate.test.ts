import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Script } from '../../source/host/host.ts';
import { addCertificateNames, certificateNames, parseCertificateNames } from '../../source/microk8s/certificates.ts';
import { folders } from '../../source/microk8s/node.ts';
import { nodes, status } from './cluster-words.ts';
import { type Answers, carryThrough, fakeWorld, kubeletOf, textOf } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf, stepsOf } from './sample.ts';

/** The template that comes with MicroK8s (microk8s-resources/certs/csr.conf.template), its own addresses not filled in. */
const template = `[ req ]
default_bits = 2048
prompt = no
default_md = sha256
req_extensions = req_ext
distinguished_name = dn

[ dn ]
CN = 127.0.0.1

[ req_ext ]
subjectAltName = @alt_names

[ alt_names ]
DNS.1 = kubernetes
DNS.2 = kubernetes.default
IP.1 = 127.0.0.1
IP.2 = 10.152.183.1
#MOREIPS

[ v3_ext ]
subjectAltName=@alt_names
`;

describe('names that are added to the certificate of the API server', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kloudspot-certificate-'));
    await mkdir(join(root, 'certs'));
    await writeFile(join(root, 'certs/csr.conf.template'), template);
  });
  afterEach(() => rm(root, { recursive: true }));

  const run = ({ text, arguments: words = [] }: Script) =>
    execa('bash', ['-c', text.replaceAll(folders.data, root), 'script', ...words]);
  /** As gen_server_cert of MicroK8s does it. */
  const makeCertificate = () =>
    execa('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-config', join(root, 'certs/csr.conf.template'), '-extensions', 'v3_ext'],
      ...['-keyout', join(root, 'server.key'), '-out', join(root, 'certs/server.crt')],
    ]);
  const namesNow = async () => parseCertificateNames((await run(certificateNames)).stdout);

  test('are read back from what OpenSSL makes of the template, each once, and what was there stays', async () => {
    await makeCertificate();
    const before = await namesNow();
    expect(before).toEqual(expect.arrayContaining(['kubernetes', 'kubernetes.default', '127.0.0.1', '10.152.183.1']));
    const wanted = ['10.0.4.30', 'spot.acme.eu', 'kubernetes'];
    await run(addCertificateNames(wanted));
    await run(addCertificateNames([...wanted, 'other.acme.eu']));
    await makeCertificate();
    expect((await namesNow()).toSorted()).toEqual([...before, '10.0.4.30', 'spot.acme.eu', 'other.acme.eu'].toSorted());
  });

  test('a certificate that is not there is not taken for one without names', async () => {
    await expect(run(certificateNames)).rejects.toThrow(/server\.crt/);
  });
});

const shape = { managers: 3, workers: 1 };
const site = siteOf(shape);
const plan = makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now: new Date('2026-11-21T08:00:00Z') });
const stepOf = stepsOf(plan);
const M = '/snap/bin/microk8s';
const { virtualAddress } = site.network;
const { dnsName } = site.customer;
const short = 'DNS:kubernetes, IP Address:127.0.0.1\n';
const whole = `DNS:kubernetes, DNS:${dnsName}, IP Address:${virtualAddress}\n`;
const afterRefresh: Answers = {
  'certificate-names': ({ ran }) => (ran('refresh-certs') > 0 ? whole : short),
};

test.each([
  ['the cluster begins on', 'microk8s-install@ks-1', 'MicroK8s is there already', {}],
  ['joined', 'join-manager@ks-2', 'it is a member', { '/var/snap/microk8s/current/var/lock/no-cert-reissue': '' }],
])('a node that %s gets a certificate for all names where it has another: %s, %s', async (_, id, __, files) => {
  const world = fakeWorld({
    site,
    product,
    files,
    answers: {
      'snap list': 'microk8s  v1.34.1  8000  1.34/stable  canonical✓  classic,held\n',
      'snap changes': { code: 1 },
      pgrep: { code: 1 },
      [`${M} kubectl get nodes`]: nodes('ks-1', 'ks-2'),
      [`${M} status`]: status('10.0.4.21', '10.0.4.22'),
      ...afterRefresh,
    },
  });
  const { before, after } = await carryThrough(world.context, stepOf(id));
  expect(before).toEqual({ ok: false, observed: expect.stringContaining(`is not for ${virtualAddress}, ${dnsName}`) });
  expect(after.ok).toBe(true);
  const ran = world.ran.map(({ command }) => textOf(command));
  expect(ran).toContain(`add-certificate-names ${virtualAddress} ${dnsName}`);
  expect(ran.indexOf(`${M} refresh-certs -e server.crt`)).toBeGreaterThan(ran.findIndex((each) => /^add-/.test(each)));
  expect(ran.some((each) => each.includes('join'))).toBe(false);
});

test('a worker has no certificate of an API server to look at', async () => {
  const step = stepOf('join-worker@kw-1');
  expect(step.commands.map(({ name }) => name)).not.toContain('refresh-certificate');
  const world = fakeWorld({
    site,
    product,
    files: {
      '/var/snap/microk8s/current/var/lock/clustered.lock': '',
      [kubeletOf('kw-1')]: `--node-ip=${String(step.parameters['address'])}\n`,
    },
    answers: {
      pgrep: { code: 1 },
      'certificate-names': { code: 1, stderr: 'no such file' },
      [`${M} kubectl get nodes`]: nodes('ks-1', 'ks-2', 'ks-3', 'kw-1'),
      [`${M} status`]: status('10.0.4.21', '10.0.4.22', '10.0.4.23'),
    },
  });
  expect((await carryThrough(world.context, step)).before).toMatchObject({ ok: true });
});
