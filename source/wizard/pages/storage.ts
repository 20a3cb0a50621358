import { gigabytes } from '../../storage/bytes.ts';
import { defaultEngine, engineNames, sharedEngine } from '../../storage/engines/engines.ts';
import { sharedVolume } from '../../storage/shared.ts';
import { typedSize } from '../../storage/typed-size.ts';
import { volumesFor, type WantedVolume } from '../../storage/volumes.ts';
import { likelyGroupOf, likelyPoolGroupOf, seenGroups, storageWish } from '../draft/storage-wish.ts';
import type { Field, Page, WizardView } from '../page.ts';
import { anyText, lvmName, oneOf, type Parse, whole } from '../parse.ts';
import { nodeMemoryFields } from './node-memory.ts';
import { nodePlaceFields } from './node-places.ts';
import { storageFindings, storageNotes } from './totals.ts';
import { workloadFields } from './workload.ts';

const engines = engineNames.map((value) => {
  const { label, hint } = sharedEngine(value);
  return { value, label, hint };
});

export const storagePage: Page<'storage'> = {
  id: 'storage',
  title: 'Storage',
  intro: 'How large is each volume, and where is it stored? Every node needs this amount.',
  fields: (view) => [
    ...volumeFields(view),
    ...workloadFields(view),
    ...nodeMemoryFields(view),
    ...placeFields(view),
    reserveField,
    ...nodePlaceFields(view),
  ],
  validate: storageFindings,
  notes: storageNotes,
};

const size: Parse = (text) => {
  // What is unmistakable is taken: `10GB` means 10.
  const read = typedSize(text.replace(/^(\d+)\s*(g|gb|gi|gib)$/i, '$1'));
  return 'gib' in read ? { value: read.gib } : read;
};

function volumeFields(view: WizardView): readonly Field[] {
  const wish = storageWish(view);
  const bare = { ...wish, storage: { ...wish.storage, volumes: {} } };
  return volumesFor(bare, view.product).map((volume) => {
    const where = volume.class;
    return {
      id: `storage.volumes.${volume.id}`,
      path: ['storage', 'volumes', volume.id],
      kind: 'number',
      label: volume.label,
      question: `${volume.label}, ${where} (GB)`,
      help: `${helpOf(view, volume.id)}Class: ${where === 'shared' ? 'shared, replicated over the nodes; any node may mount it' : 'unshared, a logical volume on each node that runs it'}. A whole number of GB (GiB is meant).${computedHelp(volume)}`,
      required: true,
      unit: `GB ${where}`,
      fallback: { value: volume.gib, from: volume.computed ? 'computed' : 'default' },
      parse: size,
    };
  });
}

/** Formula, what it rests on, and each number in it with its source. */
function computedHelp({ computed }: WantedVolume): string {
  if (!computed) return '';
  const { formula, source, values } = computed;
  const numbers = values.map(({ name, value, from, source: own }) => {
    const rests = { site: 'as given', cluster: 'of this cluster', product: own ?? 'product' }[from];
    return `${name} = ${Number(value.toPrecision(6))} (${rests})`;
  });
  return ` Computed: ${formula}, whole GB up. Source: ${source}. With ${numbers.join('; ')}.`;
}

function helpOf(view: WizardView, id: string): string {
  const help = view.product.volumes.find((volume) => volume.id === id)?.help;
  return help ? `${help} ` : '';
}

function placeFields(view: WizardView): readonly Field[] {
  const wish = storageWish(view);
  const volumes = volumesFor(wish, view.product);
  const fields: Field[] = [];
  if (volumes.some((volume) => volume.class === 'unshared')) {
    fields.push(localClassField);
    if (wish.storage.unshared.storageClass === undefined)
      fields.push(
        groupField(view, ['storage', 'unshared', 'volumeGroup'], likelyGroupOf(view), {
          label: 'Unshared group',
          question: 'Which volume group takes the volumes of each node?',
          help: 'Logical volumes for databases and queues are made in it, on every node.',
        }),
      );
  }
  if (volumes.some((volume) => volume.class === 'shared')) fields.push(...sharedFields(view));
  return fields;
}

const localClassField: Field = {
  id: 'storage.unshared.storageClass',
  path: ['storage', 'unshared', 'storageClass'],
  kind: 'text',
  label: 'Unshared class',
  question: 'Which of your storage classes holds the volumes of each node (none: OpenEBS LVM LocalPV is installed)?',
  help: 'Left empty, OpenEBS LVM LocalPV is installed and cuts volumes from a volume group of each node. With an existing class nothing is installed for them: it is tested with a claim before the product is deployed.',
  required: false,
  rare: true,
  parse: anyText(253),
};

function groupField(
  view: WizardView,
  path: readonly string[],
  likely: string,
  { label, question, help }: Pick<Field, 'label' | 'question' | 'help'>,
): Field {
  const seen = seenGroups(view);
  const base = {
    id: path.join('.'),
    path,
    label,
    question,
    help: `${help} Typically ubuntu-vg.`,
    required: true,
  } as const;
  const fallback = { value: likely, from: seen.length > 0 ? 'seen' : 'default' } as const;
  if (seen.length === 0) return { ...base, kind: 'text', fallback, parse: lvmName };
  const nodes = new Set(view.facts.values()).size;
  const choices = seen.map((group) => ({
    value: group.name,
    label: group.name,
    hint: `${group.nodes === nodes ? 'on every node' : `on ${group.nodes} of ${nodes} nodes`}, ${gigabytes(group.leastFreeBytes)} free${nodes > 1 ? ' or more' : ''}`,
  }));
  // A name that no node shows is allowed too: the site may come from elsewhere. Checks name the node that lacks it.
  const parse: Parse = (text) => {
    const known = oneOf(choices)(text);
    return 'value' in known ? known : lvmName(text);
  };
  return { ...base, kind: 'choice', choices, fallback, parse };
}

function sharedFields(view: WizardView): readonly Field[] {
  const wish = storageWish(view);
  const engine: Field = {
    id: 'storage.shared.engine',
    path: ['storage', 'shared', 'engine'],
    kind: 'choice',
    label: 'Shared engine',
    question: 'What replicates the shared volumes?',
    help: engineNames.map((name) => sharedEngine(name).help).join(' '),
    choices: engines,
    required: true,
    fallback: { value: defaultEngine, from: 'default' },
    parse: oneOf(engines),
  };
  if (!sharedEngine(wish.storage.shared.engine).ours) {
    const name: Field = {
      id: 'storage.shared.storageClass',
      path: ['storage', 'shared', 'storageClass'],
      kind: 'text',
      label: 'Storage class',
      question: 'What is the storage class called?',
      help: 'As `kubectl get storageclass` names it. It must exist when the product is deployed.',
      required: true,
      parse: anyText(253),
    };
    return [engine, name];
  }
  const group = groupField(view, ['storage', 'shared', 'volumeGroup'], likelyPoolGroupOf(view), {
    label: 'Shared pool in',
    question: 'Which volume group takes the shared pool?',
    help: 'The shared pool holds the shared volumes: one logical volume on every manager, made in this group; an existing one is used.',
  });
  return [engine, group, ...poolFields(view)];
}

const reserveField: Field = {
  id: 'storage.reserve',
  path: ['storage', 'reserve'],
  kind: 'number',
  label: 'Kept free',
  question: 'How much stays free in each volume group (GB; none: 10, or 5 % of the group if that is more)?',
  help: 'No volume is made in it: room to grow, and for snapshots. Left empty: 10 GB, or 5 % of the group if that is more.',
  required: false,
  rare: true,
  unit: 'GB in each group',
  parse: whole(0, 1_000_000, 'GB'),
};

function poolFields(view: WizardView): readonly Field[] {
  const wish = storageWish(view);
  const { size: _typed, ...shared } = wish.storage.shared;
  const needed = sharedVolume({ ...wish, storage: { ...wish.storage, shared } }, view.product);
  return [
    {
      id: 'storage.shared.volume',
      path: ['storage', 'shared', 'volume'],
      kind: 'text',
      label: 'Shared pool name',
      question: 'What is the logical volume of the shared pool called?',
      help: 'The logical volume under the shared pool, the same name on every node. An existing one is used if it is large enough and empty.',
      required: true,
      fallback: { value: 'shared', from: 'default' },
      parse: lvmName,
    },
    {
      id: 'storage.shared.size',
      path: ['storage', 'shared', 'size'],
      kind: 'number',
      label: 'Shared pool size',
      question: 'How large is the logical volume of the shared pool (GB)?',
      help: 'Computed from the shared volumes and what a pool can really hold of its logical volume before it turns read-only. A larger one leaves room to grow.',
      required: false,
      unit: 'GB on each node',
      ...(needed
        ? { fallback: { value: Math.ceil(needed.neededGiB), from: 'computed' } satisfies Field['fallback'] }
        : {}),
      parse: size,
    },
  ];
}
