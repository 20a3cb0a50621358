import type { Product } from '../../product/schema.ts';
import { volumesFor } from '../../storage/volumes.ts';
import { type ComputedValue, inputValues } from '../../storage/workload.ts';
import { kloudspot } from '../../text/command.ts';
import { isMapping } from '../../text/mapping.ts';
import { getAt, removeAt, setAt } from '../draft/draft.ts';
import { storageWish } from '../draft/storage-wish.ts';
import type { Field, Parsed, WizardView } from '../page.ts';

const path = ['storage', 'workload'] as const;
/** Whether the sizes follow from what the product has to do. */
export const fromWorkloadId = 'storage.workload';

/** A toggle and, where it is on, the inputs that the volumes of the chosen features depend on. None where the product has no formulas. */
export function workloadFields(view: WizardView): readonly Field[] {
  const { workload } = view.product;
  if (!workload || volumesFor(storageWish(view), view.product).length === 0) return [];
  const on = isMapping(getAt(view.draft, path));
  return [toggle(), ...(on ? usedInputs(view).map((input) => inputField(input, usualOf(view))) : [])];
}

const toggle = (): Field => ({
  id: fromWorkloadId,
  path,
  kind: 'toggle',
  label: 'Sizes from workload',
  question: 'Do the sizes follow from the workload (devices, events, days)?',
  help: `Each size that is not typed is computed from what the product has to do. Formulas, constants and their sources are data of the product; ${kloudspot('storage estimate')}  prints each with its numbers. A size that is typed counts all the same.`,
  required: false,
  rare: true,
  fallback: { value: false, from: 'default' },
  parse: (text) =>
    /^(y|yes|n|no|true|false)$/i.test(text)
      ? { value: /^(y|true)/i.test(text) }
      : { problem: `${text}: answer yes or no` },
  read: (draft) => (isMapping(getAt(draft, path)) ? true : undefined),
  write: (draft, value) => (value === true ? setAt(draft, path, getAt(draft, path) ?? {}) : removeAt(draft, path)),
});

type Input = NonNullable<Product['workload']>['inputs'][number];

function usedInputs(view: WizardView): readonly Input[] {
  const { inputs = [], volumes: formulas = {} } = view.product.workload ?? {};
  const used = volumesFor(storageWish(view), view.product).map(({ id }) => formulas[id]?.bytes ?? '');
  // The yearly growth is in formulas as the factor for the months that are asked for.
  const names = ({ id }: Input) => (id === 'growthPercent' ? 'growth' : id);
  return inputs.filter((input) => used.some((formula) => new RegExp(`\\b${names(input)}\\b`).test(formula)));
}

/** The usual value of each input, with those that were typed before it. */
function usualOf({ draft, product }: WizardView): (id: string) => ComputedValue | undefined {
  const given = getAt(draft, path);
  const typed = isMapping(given)
    ? Object.fromEntries(
        Object.entries(given).flatMap(([id, value]) => (typeof value === 'number' ? [[id, value]] : [])),
      )
    : {};
  return (id) => {
    const { [id]: _, ...others } = typed;
    return inputValues(product, others).find(({ name }) => name === id);
  };
}

function inputField({ id, label, unit }: Input, usualFor: (id: string) => ComputedValue | undefined): Field {
  const own = [...path, id];
  const { value: usual = 0, source = '' } = usualFor(id) ?? {};
  return {
    id: own.join('.'),
    path: own,
    kind: 'number',
    label,
    question: `${label} (${unit})`,
    help: `The sizes follow from it. ${usual} is offered because: ${source}.`,
    required: true,
    unit,
    fallback: { value: usual, from: 'default' },
    parse: number,
    // The last input that is cleared leaves the toggle on.
    write: (draft, value) =>
      value === undefined
        ? setAt(removeAt(draft, own), path, getAt(removeAt(draft, own), path) ?? {})
        : setAt(draft, own, value),
  };
}

const most = 1e12;

function number(text: string): Parsed {
  if (/^-\d/.test(text)) return { problem: `${text} is below zero: at least 0` };
  if (!/^\d+(\.\d+)?$/.test(text)) return { problem: `${text} is not a number: digits only, such as 2000` };
  return Number(text) > most ? { problem: `${text} is too large: at most ${most}` } : { value: Number(text) };
}
