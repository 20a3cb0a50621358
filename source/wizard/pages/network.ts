import { counted } from '../../text/plural.ts';
import { textAt } from '../draft/draft.ts';
import { draftNodes, factsOf, isStatic, nodeCalled } from '../draft/draft-nodes.ts';
import type { Note, Page, WizardView } from '../page.ts';
import { clusterFields } from './cluster-address.ts';
import { firewallFields } from './firewall.ts';
import { freeVirtualAddress } from './free-address.ts';
import { addressFields } from './node-address.ts';
import { proxyFields } from './proxy.ts';
import { rangeFields } from './ranges.ts';
import { seenAddress } from './seen-address.ts';
import { workloadFields } from './workload-network.ts';

/** For a table cell: `10.0.4.87/24 dhcp`. */
export function addressNow(view: WizardView, index: number): string {
  const seen = seenAddress(factsOf(view, index), textAt(draftNodes(view.draft)[index], ['reach']));
  return seen ? `${seen.address}/${seen.prefix} ${seen.dynamic ? 'dhcp' : 'static'}` : '';
}

export const networkPage: Page<'network'> = {
  id: 'network',
  title: 'Network',
  intro: 'Which addresses do the nodes get, and which one the cluster?',
  fields: (view) => [
    ...draftNodes(view.draft).flatMap((_, index) => addressFields(view, index)),
    ...clusterFields(view),
    ...rangeFields(view),
    ...proxyFields(view),
    ...workloadFields(view),
    ...firewallFields(view),
  ],
  validate: () => [],
  notes: networkNotes,
};

function networkNotes(view: WizardView): readonly Note[] {
  const nodes = draftNodes(view.draft).map((node, index) => ({
    called: nodeCalled(view.draft, index),
    row: String(index),
    static: isStatic(node),
    wanted: textAt(node, ['network', 'address']),
    known: factsOf(view, index) !== undefined,
    seen: seenAddress(factsOf(view, index), textAt(node, ['reach'])),
  }));
  const kept = nodes.flatMap(({ seen, called, row, static: moves }): Note[] => {
    if (moves || seen === undefined || seen.dynamic) return [];
    const text = `${called} has ${seen.address} set by hand: no DHCP server keeps it.`;
    return [{ grade: 'warn', text, remedy: 'Choose static.', row }];
  });
  const unknown = nodes.filter(({ known }) => !known).length;
  const typed = nodes.some((node) => !node.known && node.static && node.wanted === '') ? ' Type their addresses.' : '';
  const changing = nodes.filter(
    ({ seen, static: moves, wanted }) => seen && moves && wanted !== '' && wanted !== `${seen.address}/${seen.prefix}`,
  ).length;
  const plain = (text: string): Note => ({ grade: 'plain', text });
  const offered = freeVirtualAddress(view);
  return [
    ...kept,
    ...(offered === undefined
      ? []
      : [
          plain(
            `${offered} is suggested as virtual address: no machine answered for it. Make sure that no DHCP server assigns it.`,
          ),
        ]),
    ...(unknown > 0
      ? [plain(`${unknown} of ${counted(nodes.length, 'node')} not seen yet: the page Nodes shows why.${typed}`)]
      : []),
    ...(changing > 0
      ? [
          plain(
            changing === 1
              ? '1 node changes its address, in a step of its own.'
              : `${changing} nodes change their addresses: one at a time, each in a step of its own.`,
          ),
        ]
      : []),
  ];
}
