import { requirements } from '../../product/features.ts';
import { gigabytes } from '../../storage/bytes.ts';
import { chosenFeatures } from '../draft/chosen-features.ts';
import type { Field, WizardView } from '../page.ts';
import { whole } from '../parse.ts';

const path = ['cluster', 'nodeMemoryGiB'];

/** For how much memory of a node the parts of the product are sized. None where its values do not follow from it. */
export function nodeMemoryFields(view: WizardView): readonly Field[] {
  const { product } = view;
  if (!product.values.some((row) => 'from' in row && row.from === path.join('.'))) return [];
  const { memoryGiB } = requirements(product, [...chosenFeatures(view)]).floor;
  const seen = [...view.facts.values()].flatMap(({ memory }) => memory?.totalBytes ?? []);
  const smallest = seen.length === 0 ? '' : ` The smallest node that was seen has ${gigabytes(Math.min(...seen))}.`;
  return [
    {
      id: path.join('.'),
      path,
      kind: 'number',
      label: 'Memory per node',
      question: `For nodes of how much memory are databases and streams sized (GB; none: ${memoryGiB}, the least that ${product.name} needs)?`,
      help: `The memory of the smallest node that runs ${product.name}, in GB as on its data sheet; the checks refuse a smaller node.${smallest} Left empty: ${memoryGiB} GB.`,
      required: false,
      rare: true,
      unit: 'GB in each node',
      parse: whole(1, 65_536, 'GB'),
    },
  ];
}
