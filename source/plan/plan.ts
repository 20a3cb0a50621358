import { createHash } from 'node:crypto';
import { targetOf } from '../network/targets.ts';
import type { Finding } from '../site/finding.ts';
import { basisOf } from './document/basis.ts';
import type { Plan } from './document/document.ts';
import type { PlanInput } from './input.ts';
import { planCluster } from './stages/cluster.ts';
import { planMachines } from './stages/machines.ts';
import { StepList } from './stages/order.ts';
import type { Planning } from './stages/planning.ts';
import { planProduct } from './stages/product.ts';
import { livingSeed, seedOf } from './stages/seed.ts';
import { planOwnClasses, planStorage } from './stages/storage.ts';
import { planHelmUninstall } from './steps/helm-uninstall.ts';

/**
 * The steps that lead from the facts to the site. The same input gives the same steps and the same hash.
 * Throws `Fault` where the site's features, its chart or a living manager are missing.
 */
export function makePlan(input: PlanInput): Plan {
  const { purpose, site, product, facts, now } = input;
  const steps = stepsFor(input);
  const basis = basisOf(facts, site);
  const accepted = acceptedIn(input.findings ?? []);
  return {
    version: 2,
    purpose,
    hash: planHash({ site, basis, steps, ...accepted }),
    createdAt: now.toISOString(),
    site,
    product: product.file,
    targets: site.nodes.map(targetOf),
    basis,
    steps,
    ...accepted,
  };
}

function acceptedIn(findings: readonly Finding[]): Pick<Plan, 'accepted'> {
  const accepted = findings.flatMap((finding) =>
    finding.accepted ? [{ check: finding.check, nodes: finding.nodes, reason: finding.reason }] : [],
  );
  return accepted.length === 0 ? {} : { accepted };
}

/** First 12 hex digits of SHA-256 over what a plan rests on and does. */
export function planHash({
  site,
  basis,
  steps,
  accepted,
}: Pick<Plan, 'site' | 'basis' | 'steps' | 'accepted'>): string {
  return createHash('sha256').update(canonical({ site, basis, steps, accepted })).digest('hex').slice(0, 12);
}

/** JSON with its keys in order: a plan that was stored and read back is the same plan. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

function stepsFor(input: PlanInput): Plan['steps'] {
  const { purpose, site, product, facts } = input;
  const seed = purpose === 'init' ? seedOf(site, facts) : livingSeed(site, facts);
  const planning: Planning = { ...input, seed, list: new StepList() };
  switch (purpose) {
    case 'init':
      planMachines(planning);
      planCluster(planning);
      planStorage(planning);
      if (site.deploy === 'now') planProduct(planning);
      break;
    case 'start':
      planOwnClasses(planning);
      planProduct(planning);
      break;
    case 'update':
      planProduct(planning);
      break;
    case 'stop':
      planning.list.addCluster(
        planHelmUninstall({ seed: seed.name, release: product.release, namespace: product.namespace }),
      );
  }
  return planning.list.steps;
}
