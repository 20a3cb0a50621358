import { planSite } from '../../app/plan.ts';
import type { Settings } from '../../app/settings.ts';
import { type ExitCode, Fault } from '../../errors/fault.ts';
import { judgeDraft } from '../../site/load.ts';
import type { Site } from '../../site/schema.ts';
import { beginPlan } from '../apply/apply-site.ts';
import type { Terminal } from '../line/terminal.ts';
import type { StorageSubject } from './subject.ts';

/** Installs the storage engines on the cluster that is there: a run like any other, with lock, journal and resume. Its answer was yes already. */
export async function installEngines(
  subject: StorageSubject,
  settings: Settings,
  terminal: Terminal,
): Promise<ExitCode> {
  const opened = { ...subject, site: subject.site ?? siteOfMachine(subject) };
  const plan = await planSite(opened, subject.facts, { purpose: 'storage' });
  const answered = { ...settings, yes: true, plain: true };
  return beginPlan(plan, opened, answered, terminal, { verb: 'storage estimate' });
}

/** A machine that has a cluster and no site file, as a site of one node. What only a product needs stands for nothing. */
export function siteOfMachine({ product, nodes, wish }: Pick<StorageSubject, 'product' | 'nodes' | 'wish'>): Site {
  const [node] = nodes;
  const name = node?.name.toLowerCase() ?? '';
  const judged = judgeDraft({
    version: 1,
    name,
    product: product.file,
    nodes: [{ name, reach: node?.reach, role: 'manager', local: node?.local }],
    network: {},
    features: [...wish.features],
    storage: { unshared: { ...wish.storage.unshared }, shared: { ...wish.storage.shared } },
    customer: { dnsName: `${name}.localdomain`, reference: name },
  });
  if ('site' in judged) return judged.site;
  throw new Fault({
    what: `${name} cannot be used as a node.`,
    why: judged.findings.map(({ reason }) => reason).join('\n'),
    unchanged: true,
  });
}
