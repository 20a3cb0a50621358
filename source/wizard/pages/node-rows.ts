import ipaddr from 'ipaddr.js';
import type { DraftValue } from '../../site/schema.ts';
import { textAt } from '../draft/draft.ts';
import { draftNodes } from '../draft/draft-nodes.ts';
import type { Rows, WizardView } from '../page.ts';
import { addressesBetween, addressesExist, rangeParts, reach } from '../parse.ts';

/** More than these in one range is a slip of the finger. */
const mostAtOnce = 50;

/** `10.0.4.25`, `ks-4.example.org`, `10.0.4.25-27`, `10.0.4.25-10.0.4.27`, or several of these separated by commas or spaces. */
export const addNodes: Rows['add'] = (view, text) => {
  const places: string[] = [];
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const range = addressesOf(part);
    if ('problem' in range) return range;
    places.push(...range.places);
  }
  if (places.length === 0) return { problem: 'Type an address, a name, or a range such as 10.0.4.25-27' };
  const known = new Set(draftNodes(view.draft).map((node) => textAt(node, ['reach'])));
  const twice = places.find((place, index) => known.has(place) || places.indexOf(place) !== index);
  if (twice !== undefined) return { problem: `${twice} is already in the list` };
  return { rows: newRows(view, places) };
};

function addressesOf(text: string): { places: readonly string[] } | { problem: string } {
  const range = rangeParts(text);
  if (range === undefined) {
    const parsed = reach(text);
    return 'problem' in parsed ? parsed : { places: [text] };
  }
  const { net, first, last } = range;
  if (last < first) return { problem: `${text} runs backwards: write ${net}${last}-${first}` };
  if (!addressesExist(range)) return { problem: `${text} is out of range: numbers from 0 to 255` };
  if (last - first >= mostAtOnce)
    return { problem: `${text} is ${last - first + 1} nodes: at most ${mostAtOnce} at once` };
  return { places: addressesBetween(range) };
}

function newRows(view: WizardView, places: readonly string[]): readonly DraftValue[] {
  const nodes = draftNodes(view.draft);
  const names = nodes.map((node) => textAt(node, ['name'])).filter(Boolean);
  let managers = nodes.filter((node) => node.role !== 'worker').length;
  const mostManagers = Math.max(1, ...view.product.topologies.map((shape) => shape.managers));
  return places.map((place) => {
    const role = managers < mostManagers ? 'manager' : 'worker';
    if (role === 'manager') managers += 1;
    const name = nameFor(view, place, role, names);
    names.push(name);
    return { name, reach: place, role };
  });
}

/** The first label of a name; for an address the next free one in the row of names that is there. */
function nameFor(view: WizardView, place: string, role: string, taken: readonly string[]): string {
  const label = place.split('.')[0]?.toLowerCase() ?? '';
  if (
    !ipaddr.IPv4.isValidFourPartDecimal(place) &&
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(label) &&
    !taken.includes(label)
  )
    return label;
  const stem = `${stemOf(view, taken)}${role === 'worker' ? 'w' : ''}`;
  let number = 1;
  while (taken.includes(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

function stemOf(view: WizardView, taken: readonly string[]): string {
  for (const name of taken) {
    const stem = /^(.*?)w?\d+$/.exec(name)?.[1];
    if (stem) return stem;
  }
  const site = textAt(view.draft, ['name']);
  return /^[a-z0-9]([-a-z0-9]{0,40})$/.test(site) ? `${site}-` : 'node-';
}
