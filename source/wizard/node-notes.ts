import type { NodeFacts } from '../facts/facts.ts';
import type { Product } from '../product/schema.ts';
import { getAt } from './draft.ts';
import { draftNodes, factsOf, nodeCalled } from './draft-nodes.ts';
import type { Note, WizardView } from './page.ts';
import { sharedZones, survival } from './topology.ts';

const gib = 1024 ** 3;

/** What stands beside the nodes as soon as it is known: the worst first. */
export function nodeNotes(view: WizardView): readonly Note[] {
  const perNode = draftNodes(view.draft).flatMap((_, index) => {
    const facts = factsOf(view, index);
    if (!facts) return [];
    return nodeShortfalls(facts, view.product, chosenFeatures(view)).map((note) => ({
      grade: note.grade,
      text: `${nodeCalled(view.draft, index)} ${note.text}`,
      row: String(index),
    }));
  });
  const shape = survival(view);
  const all: Note[] = [...perNode, ...sharedZones(view), ...(shape ? [shape] : [])];
  const order = { fail: 0, warn: 1, pass: 2, plain: 3 };
  return all.toSorted((one, other) => order[one.grade] - order[other.grade]);
}

/** The features that are on, as far as they are chosen. */
export function chosenFeatures(view: WizardView): readonly string[] {
  const typed = getAt(view.draft, ['features']);
  if (Array.isArray(typed)) return typed.filter((id) => typeof id === 'string');
  return view.product.features.filter((feature) => feature.default).map((feature) => feature.id);
}

/** What this node lacks for the product: below the floor fails, below the recommendation warns. */
export function nodeShortfalls(facts: NodeFacts, product: Product, features: readonly string[]): readonly Note[] {
  const notes: Note[] = [];
  const flags = facts.cpu?.flags;
  const missing = flags ? product.nodes.cpuFlags.filter((flag) => !flags.includes(flag)) : [];
  if (missing.length > 0)
    notes.push({
      grade: 'fail',
      text: `has no ${missing.map((flag) => flag.toUpperCase()).join(', ')}: ${product.name} does not run there. In a virtual machine, pass the host's CPU type through.`,
    });
  for (const [what, seen, floor, wanted] of measures(facts, product, features)) {
    if (seen < floor) notes.push({ grade: 'fail', text: `has ${what(seen)}, at least ${what(floor)} are needed.` });
    else if (seen < wanted)
      notes.push({ grade: 'warn', text: `has ${what(seen)}, ${what(wanted)} are recommended for these features.` });
  }
  return notes;
}

type Measure = readonly [what: (amount: number) => string, seen: number, floor: number, wanted: number];

function measures(facts: NodeFacts, product: Product, features: readonly string[]): readonly Measure[] {
  const { floor } = product.nodes;
  const better =
    product.nodes.recommended.find((row) => row.features.every((feature) => features.includes(feature))) ?? floor;
  const list: Measure[] = [];
  if (facts.cpu) list.push([(amount) => `${amount} cores`, facts.cpu.cores, floor.cores, better.cores]);
  if (facts.memory) {
    // Firmware and kernel keep some of what is built in, so that a 32 GB machine shows a little less.
    const seen = Math.round(facts.memory.totalBytes / gib + 0.06 * (facts.memory.totalBytes / gib));
    list.push([(amount) => `${amount} GB memory`, seen, floor.memoryGiB, better.memoryGiB]);
  }
  return list;
}
