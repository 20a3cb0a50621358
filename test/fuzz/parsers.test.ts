import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { imagesOf } from '../../source/bundle/references.ts';
import { journalEvents } from '../../source/engine/journal/journal.ts';
import { pastOf } from '../../source/engine/journal/past.ts';
import { journalPath } from '../../source/engine/journal/run-paths.ts';
import { claimText, ownClaim } from '../../source/engine/lock/lock-claim.ts';
import { parseHolder } from '../../source/engine/lock/node-lock-script.ts';
import {
  parseChartName,
  parseHistory,
  parseReleaseList,
  parseReleaseStatus,
  revisionToRollBackTo,
} from '../../source/kubernetes/helm.ts';
import { manifestChanges, parseManifests } from '../../source/kubernetes/manifests.ts';
import { parsedYaml } from '../../source/kubernetes/parsed-yaml.ts';
import { parseSchemaWords } from '../../source/kubernetes/schema-words.ts';
import { withDefaults } from '../../source/kubernetes/value-schema.ts';
import { parseAuthorization } from '../../source/microk8s/authorization.ts';
import { parseCertificateDates, parseCertificateNames } from '../../source/microk8s/certificates.ts';
import { parseJoinToken, parseJson } from '../../source/microk8s/microk8s.ts';
import { openChange, readSnapList, readSystemProxy, runningTask } from '../../source/microk8s/snap.ts';
import { parseMicroK8sStatus, sayStatus } from '../../source/microk8s/status.ts';
import { netplanDocument, netplanRefusals } from '../../source/network/netplan.ts';
import { loadProduct } from '../../source/product/load.ts';
import { loadScenario } from '../../source/rehearsal/scenario/load.ts';
import { filesUnder } from '../../source/site/files.ts';
import { judgeDraft, parseDraft, parseSite } from '../../source/site/load.ts';
import { facts, file, node, site } from '../network/a-node.ts';
import { berlin } from '../site/a-site.ts';
import { hold } from './damage.ts';

const templates = resolve(import.meta.dirname, '../../templates');
const folder = await mkdtemp(join(tmpdir(), 'ks-fuzz-'));
afterAll(() => rm(folder, { recursive: true }));

/** A library's own warnings would quote the text as it is on the terminal. */
const warned: string[] = [];
const warning = (one: Error) => warned.push(one.message);
process.on('warning', warning);
afterAll(async () => {
  // Warnings come in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warning);
  expect(warned).toEqual([]);
});

const microk8sStatus = `microk8s is running
high-availability: yes
  datastore master nodes: 10.0.4.21:19001 10.0.4.22:19001
microk8s:
  running: True
high-availability:
  enabled: True
  nodes:
  - address: 10.0.4.21:19001
    role: voter
addons:
- name: dns
  status: enabled
  version: 1.10
`;
const helmStatus =
  '{"name":"kloudspot","namespace":"kloudspot","version":7,"info":{"status":"deployed","description":"Upgrade complete"}}';
const helmHistory =
  '[{"revision":1,"status":"superseded","chart":"kloudspot-2.4.1","description":"Install"},{"revision":2,"status":"failed","chart":"kloudspot-2.4.1"}]';
const helmList =
  '[{"name":"kloudspot","namespace":"kloudspot","revision":"7","updated":"2026-11-21","status":"deployed","chart":"kloudspot-2.4.1"}]';
const snapList =
  'Name      Version  Rev    Tracking     Publisher   Notes\nmicrok8s  v1.34.1  8451   1.34/stable  canonical✓  classic,held\n';
const snapChanges =
  'ID   Status  Spawn               Ready               Summary\n12   Doing   today at 10:00 UTC  -                   Install "microk8s" snap\n';
const join_ =
  'From the node you wish to join to this cluster, run the following:\nmicrok8s join 10.0.4.21:25000/0123456789abcdef0123456789abcdef/0123456789ab\n';

const manifests = `---
# Source: kloudspot/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: { name: kloudspot-web, namespace: kloudspot }
spec: { template: &pod { spec: { containers: [{ name: web, image: "registry.example.org/web:2.4.1" }] } } }
---
apiVersion: v1
kind: Secret
metadata: { name: kloudspot-login }
data: { password: c2VjcmV0 }
`;
const chartValues = 'web: &web { replicas: 1, image: web }\nother: { <<: *web, port: 80 }\n';
const schemaWords =
  "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nkloudspot:\n- at '/web/replicas': got string, want integer\n- web.replicas: Invalid type. Expected: integer, given: string\n";
const snapProxy = 'Key          Value\nproxy.http   http://10.0.4.1:3128\nproxy.https  http://10.0.4.1:3128\n';
const certificateNames =
  'DNS.1 = kubernetes\nDNS.2 = spot.berlin.example.org\nIP.1 = 127.0.0.1\nIP.2 = 10.152.183.1\n#MOREIPS\n';

const heldLock = `held 12\n${claimText(await ownClaim(filesUnder('/nowhere'), 'r'))}`;

describe('a damaged text is read as far as it goes, or refused in plain words:', () => {
  it.each<[string, readonly string[], (text: string) => unknown]>([
    ['site.yaml', [berlin], (text) => parseSite(text, 'site.yaml')],
    ['a draft, and what is judged of it', [berlin], (text) => judgeDraft(parseDraft(text))],
    [
      'answers of Helm',
      [helmStatus, helmHistory, helmList],
      (text) => {
        parseReleaseStatus(text);
        parseReleaseList(text);
        parseChartName(text);
        const revisions = parseHistory(text);
        if (revisions !== undefined) revisionToRollBackTo(revisions);
      },
    ],
    [
      'answers of MicroK8s and snap',
      [microk8sStatus, snapList, snapChanges, join_],
      (text) => {
        sayStatus(parseMicroK8sStatus({ code: 0, stdout: text, stderr: '' }));
        parseJoinToken(text);
        parseJson(text);
        parseCertificateDates(text);
        readSnapList('microk8s', { code: 0, stdout: text, stderr: '' });
        openChange(text);
        runningTask(text);
      },
    ],
    [
      'what Helm renders, and its complaints of values',
      [manifests, schemaWords, chartValues],
      (text) => {
        parsedYaml(text);
        withDefaults(text, { web: { replicas: 2 } });
        parseSchemaWords(text);
        const objects = parseManifests(text);
        manifestChanges(parseManifests(manifests), objects, 'kloudspot');
        imagesOf(objects);
      },
    ],
    [
      'settings and certificates of a node',
      [snapProxy, certificateNames],
      (text) => {
        readSystemProxy({ code: 0, stdout: text, stderr: '' });
        parseAuthorization(text);
        parseCertificateNames(text);
      },
    ],
    ['the holder of a lock', [heldLock], (text) => parseHolder(text)],
    [
      'netplan files',
      [
        'network:\n  version: 2\n  ethernets:\n    ens18: {dhcp4: true, optional: true}\n',
        'network:\n  version: 2\n  bonds:\n    bond0: {interfaces: [ens18], addresses: [10.0.4.87/24], routes: [{to: default, via: 10.0.4.1}]}\n',
      ],
      (text) => {
        const seen = facts('ks-2', { netplan: [file('/etc/netplan/50-x.yaml', text)] });
        netplanRefusals(node(), seen);
        netplanDocument(site([node()]), node(), seen);
      },
    ],
  ])('%s', async (_, texts, read) => hold(texts, read));

  it('a product', async () => {
    const path = join(folder, 'product.yaml');
    await hold([await readFile(join(templates, 'products/kloudspot.yaml'), 'utf8')], async (text) => {
      await writeFile(path, text);
      await loadProduct(path);
    });
  });

  it('a scenario', async () => {
    const path = join(folder, 'scenario.yaml');
    await hold([await readFile(join(templates, 'rehearsal/healthy.yaml'), 'utf8')], async (text) => {
      await writeFile(path, text);
      await loadScenario(path);
    });
  });

  it('a journal', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const lines = [
      { at, type: 'run-started', run: 'r', plan: 'p', process: 1, owner: 'me', host: 'h', resumed: false },
      { at, type: 'step-started', step: 'a', attempt: 1, deadlineMs: 1 },
      { at, type: 'command', step: 'a', node: 'n', command: ['true'] },
      { at, type: 'step-done', step: 'a', outcome: 'changed', seen: 'x', durationMs: 1 },
    ];
    await hold([lines.map((line) => `${JSON.stringify(line)}\n`).join('')], async (text) => {
      await writeFile(journalPath(folder), text);
      pastOf(await Array.fromAsync(journalEvents(folder)));
    });
  });
});
