import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { microk8sFiles } from '../../microk8s/node.ts';
import { compareVersions } from '../../text/versions.ts';
import type { Machine } from '../model/machine.ts';
import { makeApiCertificate, writeCertificateTemplate } from '../node/api-certificate.ts';
import { setArguments } from '../node/arguments.ts';
import { fileAt, writePath } from '../node/file-system.ts';
import { locks } from '../node/services.ts';

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({});
const part = z.object({
  version: z.string(),
  addons: z
    .array(z.object({ name: z.string(), args: z.array(z.string()).default([]), disable: z.boolean().default(false) }))
    .default([]),
  extraKubeletArgs: values,
  extraKubeAPIServerArgs: values,
  extraKubeProxyArgs: values,
  extraCNIEnv: values,
  extraContainerdEnv: values,
  extraSANs: z.array(z.string()).default([]),
  extraConfigFiles: z.record(z.string(), z.string()).default({}),
});
type Part = z.output<typeof part>;

/** Versions of the form that the agent takes (pkg/k8sinit/schema.go). */
const oldest = '0.1.0';
const newest = '0.2.0';

/** The one that comes with the snap. */
const ownDefault = `version: 0.1.0
extraKubeletArgs:
  --cluster-domain: cluster.local
  --cluster-dns: 10.152.183.10
addons:
  - name: dns
`;

/** Reads a launch configuration of one part or several; a text: why it is refused. Unknown keys do not count. */
export function readLaunchConfiguration(text: string): readonly Part[] | string {
  const documents = parseAllDocuments(text);
  const broken = 'empty' in documents ? [] : documents.flatMap(({ errors }) => errors);
  if (broken.length > 0) return `could not parse configuration: ${broken[0]?.message.split('\n')[0] ?? ''}`;
  const parts: Part[] = [];
  for (const document of 'empty' in documents ? [] : documents) {
    const read = part.safeParse(document.toJS());
    if (!read.success) return `could not parse config file version "": could not parse "" as version`;
    const { version } = read.data;
    if (compareVersions(version, newest) > 0)
      return `config file version is ${version} but the maximum version supported is ${newest}`;
    if (compareVersions(version, oldest) < 0)
      return `config file version is ${version} but the minimum version required is ${oldest}`;
    parts.push(read.data);
  }
  return parts;
}

/** The first of these that is there counts, and no other. */
const places = [
  microk8sFiles.otherLaunchConfiguration,
  '/root/snap/microk8s/common/.microk8s.yaml',
  microk8sFiles.launchConfiguration,
];

/** The text that an installation on this machine begins with. */
export function offeredConfiguration(machine: Machine): string {
  return places.flatMap((path) => fileAt(machine, path)?.content ?? [])[0] ?? ownDefault;
}

/** Writes the arguments of the services. Says whether a service that runs has to start again. */
export function applyArguments(machine: Machine, parts: readonly Part[]): boolean {
  let changed = false;
  for (const each of parts) {
    for (const [name, text] of Object.entries(each.extraConfigFiles))
      writePath(machine, `${microk8sFiles.arguments}/${name}`, text, { mode: 0o660 });
    for (const [service, wanted] of [
      ['kube-apiserver', each.extraKubeAPIServerArgs],
      ['kubelet', each.extraKubeletArgs],
      ['kube-proxy', each.extraKubeProxyArgs],
    ] as const)
      changed = setArguments(machine, service, asText(wanted)) || changed;
    setArguments(machine, 'cni-env', asText(each.extraCNIEnv));
    takeNames(machine, each.extraSANs);
  }
  return changed;
}

/** A member of a cluster gets no other certificate by itself, whatever its template says (wrappers/apiservice-kicker). */
function takeNames(machine: Machine, names: readonly string[]): void {
  if (names.length === 0) return;
  writeCertificateTemplate(machine, names);
  if (fileAt(machine, locks.member) === undefined) makeApiCertificate(machine);
}

const asText = (given: z.output<typeof values>): Record<string, string | null> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === null ? null : String(value)]));
