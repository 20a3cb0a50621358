import { draftNodes, nodeCalled } from '../../../../wizard/draft/draft-nodes.ts';
import type { WizardView } from '../../../../wizard/page.ts';
import { newAddress, newVirtualAddress } from '../../../../wizard/pages/wanted-addresses.ts';
import { verdictOn } from '../../../model/heard-address.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import type { Message } from '../../widgets/fit-messages.ts';
import type { Cell } from './cell.ts';

/** Beside the address that a node gets. */
export function heardCell(index: number, name: string, state: AppState, view: WizardView): Cell {
  const address = newAddress(view, index);
  const verdict = address === undefined ? undefined : verdictOn(address, name, state.heard, view);
  if (verdict === undefined) return { id: 'In use', text: '', as: 'quiet' };
  const { grade, text } = verdict;
  return { id: 'In use', text, as: grade === 'plain' ? 'quiet' : grade, mark: grade };
}

/** Of the virtual address, and of every address that someone else has: in full, under the form. */
export function heardMessages(state: AppState): readonly Message[] {
  const view = viewOf(state);
  return [...takenFromNodes(state, view), ...ofVirtualAddress(state, view)];
}

function takenFromNodes(state: AppState, view: WizardView): readonly Message[] {
  return draftNodes(view.draft).flatMap((_, index) => {
    const [name, address] = [nodeCalled(view.draft, index), newAddress(view, index)];
    const verdict = address === undefined ? undefined : verdictOn(address, name, state.heard, view);
    if (verdict?.grade !== 'fail') return [];
    return [{ mark: 'fail', text: `${name}: ${address} is ${verdict.text}.`, remedy: another } as const];
  });
}

const another = 'Choose an address that no machine has.';

function ofVirtualAddress(state: AppState, view: WizardView): readonly Message[] {
  const address = newVirtualAddress(view);
  const verdict = address === undefined ? undefined : verdictOn(address, undefined, state.heard, view);
  if (verdict === undefined) return [];
  const { grade, text } = verdict;
  if (grade === 'fail') return [{ mark: 'fail', text: `${address} is ${text}.`, remedy: another }];
  return [
    grade === 'pass'
      ? { mark: 'pass', text: `${address} is ${text}: no machine answered when nodes asked for it.` }
      : { mark: 'plain', text: `Cannot determine whether ${address} is free: no node is in its network.` },
  ];
}
