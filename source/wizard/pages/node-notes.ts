import type { Check } from '../../check/check.ts';
import { lvmDisk, rootSize } from '../../check/subjects/disk.ts';
import { identityChecks } from '../../check/subjects/identity.ts';
import { memory } from '../../check/subjects/memory.ts';
import { cores, processorFlags } from '../../check/subjects/processor.ts';
import { architecture, operatingSystem } from '../../check/subjects/system.ts';
import type { Finding } from '../../site/finding.ts';
import { draftNodes } from '../draft/draft-nodes.ts';
import { provisionalSite } from '../draft/provisional.ts';
import { sharedZones, survival } from '../draft/topology.ts';
import type { Note, WizardView } from '../page.ts';

/** What the facts of a node rule out already, pages before preflight: the same checks, asked early. */
const earlyChecks: readonly Check[] = [
  processorFlags,
  operatingSystem,
  architecture,
  cores,
  memory,
  rootSize,
  lvmDisk,
  ...identityChecks,
];

/** What is beside the nodes as soon as it is known: the worst first. */
export function nodeNotes(view: WizardView): readonly Note[] {
  const shape = survival(view);
  const all: Note[] = [...factNotes(view), ...sharedZones(view), ...(shape ? [shape] : [])];
  const order = { fail: 0, warn: 1, pass: 2, plain: 3 };
  return all.toSorted((one, other) => order[one.grade] - order[other.grade]);
}

function factNotes(view: WizardView): readonly Note[] {
  if (view.facts.size === 0) return [];
  const site = provisionalSite(view);
  // Only nodes that were seen: a node that is still connecting has no finding.
  const nodes = site.nodes.filter((node) => view.facts.has(node.name));
  const input = { site: { ...site, nodes }, product: view.product, facts: view.facts };
  return earlyChecks
    .flatMap((check) => check.judge(input))
    .filter((finding) => finding.grade !== 'pass' && finding.seen !== 'not seen')
    .map((finding) => noteOf(finding, view));
}

function noteOf(finding: Finding, view: WizardView): Note {
  const [name] = finding.nodes;
  const index = draftNodes(view.draft).findIndex((node) => node.name === name);
  const about = name !== undefined && !finding.reason.includes(name) ? `${finding.nodes.join(', ')}: ` : '';
  const remedy = finding.advice === undefined ? {} : { remedy: `${finding.advice}.`.replace(/\.\.$/, '.') };
  const row = index === -1 ? {} : { row: String(index) };
  return { grade: finding.grade, text: `${about}${finding.reason}`, ...remedy, ...row };
}
