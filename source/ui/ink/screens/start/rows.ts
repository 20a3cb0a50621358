import { textAt } from '../../../../wizard/draft/draft.ts';
import type { AppState } from '../../store/state.ts';
import type { ChoiceRow } from '../../widgets/choice/row.ts';
import { timeOfDay } from '../../widgets/table/time-format.ts';

/** What one may begin with. The draft first, then the site that stands on this machine. */
export function startRows(state: Pick<AppState, 'start' | 'draft' | 'canRehearse'>): readonly ChoiceRow[] {
  const { start } = state;
  const begun = Object.keys(state.draft).length > 0;
  const { draft, installed } = start;
  const fromDraft: ChoiceRow[] = begun
    ? [{ key: 'on', label: 'Go on', hint: `with ${textAt(state.draft, ['name']) || 'this site'}` }]
    : draft
      ? [
          {
            key: 'continue',
            label: 'Continue the draft',
            hint: `${draft.name || 'without a name'}, saved ${timeOfDay(draft.savedAt)}`,
          },
        ]
      : [];
  const change: ChoiceRow[] = installed
    ? [{ key: `installed:${installed.path}`, label: `Change ${installed.name}`, hint: `edits ${installed.path}` }]
    : [];
  const recent = start.recent
    .filter((site) => site.path !== installed?.path)
    .slice(0, 3)
    .map((site): ChoiceRow => ({ key: `recent:${site.path}`, label: `Load ${site.name}`, hint: site.path }));
  const fresh: ChoiceRow = {
    key: 'new',
    label: 'New site',
    hint: begun || draft ? 'asks before it replaces the draft' : 'three managers, or one node',
  };
  const rehearse: ChoiceRow[] = state.canRehearse
    ? [{ key: 'rehearse', label: 'Rehearse', hint: 'the whole way on simulated nodes; nothing is touched' }]
    : [];
  const given: ChoiceRow[] = start.given
    ? [{ key: `given:${start.given}`, label: 'Open the given file', hint: start.given }]
    : [];
  return [
    ...given,
    ...fromDraft,
    ...change,
    fresh,
    ...recent,
    { key: 'load', label: 'Load a site file', hint: 'site.yaml of another installation' },
    ...rehearse,
    { key: 'leave', label: 'Leave', hint: 'nothing is changed' },
  ];
}
