import type { Finding } from '../../site/finding.ts';
import { listed } from '../../text/listed.ts';
import type { Note, WizardView } from '../page.ts';
import { textAt } from './draft.ts';
import { draftNodes } from './draft-nodes.ts';

const words = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];
const inWords = (count: number): string => words[count] ?? String(count);

export function countRoles(view: WizardView): { managers: number; workers: number } {
  const nodes = draftNodes(view.draft);
  const workers = nodes.filter((node) => node.role === 'worker').length;
  return { managers: nodes.length - workers, workers };
}

/**
 * What the cluster survives. MicroK8s keeps three voting members whatever the number of managers, so that one loss at a time is what is
 * survived; a further manager takes over the vote afterwards (https://microk8s.io/docs/high-availability).
 */
export function survival(view: WizardView): Note | undefined {
  const { managers } = countRoles(view);
  if (managers === 0) return undefined;
  if (managers === 1) return { grade: 'plain', text: 'One manager: while it is down, so is the cluster.' };
  if (managers === 2)
    return { grade: 'warn', text: 'Two managers survive no loss: both must vote. Take one or three.' };
  const more = managers > 3 ? ' at a time: three of them vote in the datastore, the others are on standby' : '';
  return { grade: 'pass', text: `${inWords(managers)} managers survive the loss of one of them${more}.` };
}

/** Managers that fail together take the cluster's majority with them. */
export function sharedZones(view: WizardView): readonly Note[] {
  const zones = new Map<string, string[]>();
  const managers = draftNodes(view.draft).filter((node) => node.role !== 'worker');
  if (managers.length < 3) return [];
  for (const node of managers) {
    const zone = textAt(node, ['zone']);
    if (zone !== '') zones.set(zone, [...(zones.get(zone) ?? []), textAt(node, ['name']) || textAt(node, ['reach'])]);
  }
  return [...zones]
    .filter(([, names]) => names.length > 1)
    .map(([zone, names]) => ({
      grade: 'warn',
      text: `${listed(names)} share ${zone}: losing it loses ${names.length} of ${managers.length} managers.`,
    }));
}

/** Whether the product allows this many managers and workers. */
export function shapeFindings(view: WizardView): readonly Finding[] {
  const { managers, workers } = countRoles(view);
  const base = { check: 'topology', nodes: [], seen: `${managers} managers, ${workers} workers`, field: ['nodes'] };
  if (managers + workers === 0)
    return [{ ...base, grade: 'fail', reason: 'No nodes yet.', advice: 'Add one by its address or name.' }];
  const fits = view.product.topologies.some(
    (shape) =>
      shape.managers === managers &&
      workers >= shape.minWorkers &&
      (shape.maxWorkers === null || workers <= shape.maxWorkers),
  );
  if (fits) return [];
  const allowed = view.product.topologies.map((shape) => shape.label).join('; ');
  return [
    {
      ...base,
      grade: 'fail',
      wanted: allowed,
      reason: `${view.product.name} is not made for ${managers} managers and ${workers} workers.`,
      advice: `Allowed: ${allowed}.`,
    },
  ];
}
