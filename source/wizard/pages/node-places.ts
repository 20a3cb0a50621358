import { onceFor } from '../../text/once.ts';
import { typedValue, withAnswer } from '../draft/draft.ts';
import { provisionalSite } from '../draft/provisional.ts';
import type { Field, WizardView } from '../page.ts';
import { groupChoiceFields } from './group-choice.ts';
import { poolChoiceFields } from './pool-choice.ts';

/** Where the volumes of each node lie, where that is not plain: the fields of one node side by side. */
export const nodePlaceFields = onceFor((view: WizardView): readonly Field[] =>
  [...groupChoiceFields(view), ...poolChoiceFields(view)].toSorted((one, other) => Number(one.row) - Number(other.row)),
);

/** The nodes of the draft, each with the place that is there for its volumes, typed or not. */
export function placedNodes(view: WizardView): ReturnType<typeof provisionalSite>['nodes'] {
  const draft = nodePlaceFields(view).reduce((before, field) => {
    const fallback = typedValue(field, before) === undefined ? field.fallback : undefined;
    return fallback ? withAnswer(before, field, fallback.value) : before;
  }, view.draft);
  return provisionalSite({ ...view, draft }).nodes;
}
