import { textAt } from '../../../../wizard/draft/draft.ts';
import type { AppState } from '../../store/state.ts';
import type { ChoiceRow } from '../../widgets/choice/row.ts';
import { timeOfDay } from '../../widgets/table/time-format.ts';

type StartView = Pick<AppState, 'start' | 'draft' | 'canRehearse'>;

/** Where a session can start. The draft first, then the site that is installed on this machine. */
export function startRows(state: StartView): readonly ChoiceRow[] {
  const { given, installed, recent } = state.start;
  const others = recent.filter((site) => site.path !== installed?.path).slice(0, 3);
  return [
    ...(given ? [{ key: `given:${given}`, label: 'Open the given file', hint: given }] : []),
    ...draftRow(state),
    ...(installed
      ? [{ key: `installed:${installed.path}`, label: `Change ${installed.name}`, hint: `edits ${installed.path}` }]
      : []),
    newRow(state),
    ...others.map((site) => ({ key: `recent:${site.path}`, label: `Load ${site.name}`, hint: site.path })),
    { key: 'load', label: 'Load a site file', hint: 'site.yaml of another installation' },
    ...(state.canRehearse
      ? [{ key: 'rehearse', label: 'Rehearse', hint: 'the whole flow on simulated nodes; nothing is touched' }]
      : []),
    { key: 'leave', label: 'Leave', hint: 'nothing is changed' },
  ];
}

const begun = ({ draft }: StartView): boolean => Object.keys(draft).length > 0;

/** The draft of this session, else the one on disk. */
function draftRow(state: StartView): readonly ChoiceRow[] {
  if (begun(state))
    return [{ key: 'on', label: 'Go on', hint: `with ${textAt(state.draft, ['name']) || 'this site'}` }];
  const { draft } = state.start;
  if (!draft) return [];
  const hint = `${draft.name || 'without a name'}, saved ${timeOfDay(draft.savedAt)}`;
  return [{ key: 'continue', label: 'Continue the draft', hint }];
}

const newRow = (state: StartView): ChoiceRow => ({
  key: 'new',
  label: 'New site',
  hint: begun(state) || state.start.draft ? 'asks before it replaces the draft' : 'three managers, or one node',
});
