import type { WizardView } from '../page.ts';
import { getAt } from './draft.ts';

/** The features that are on: those chosen, else the product's defaults; in the product's order, unknown ones left out. */
export function chosenFeatures(view: WizardView): readonly string[] {
  const typed = getAt(view.draft, ['features']);
  const on = Array.isArray(typed)
    ? typed
    : view.product.features.filter((feature) => feature.default).map((feature) => feature.id);
  return view.product.features.map((feature) => feature.id).filter((id) => on.includes(id));
}
