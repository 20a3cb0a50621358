import type * as z from 'zod';
import { messageOf } from '../errors/thrown.ts';
import type { Complaint } from '../site/reading/complaint.ts';
import type { SitePath } from '../site/schema.ts';
import { allSets, sameSet } from './features.ts';
import { namesIn, parseFormula } from './formula.ts';
import { productSchema } from './schema.ts';
import { valueSource } from './sources.ts';

type ProductData = z.output<typeof productSchema>;

/** What the schema cannot say: ids that point nowhere, sets without a row, volumes of the wrong class. */
export function productRules(value: unknown): Complaint[] {
  const parsed = productSchema.safeParse(value);
  if (!parsed.success) return [];
  const product = parsed.data;
  return [
    ...uniqueIds(product),
    ...knownFeatures(product),
    ...knownComponents(product),
    ...everySet(product),
    ...volumesOfSets(product),
    ...accessOfVolumes(product),
    ...valueRows(product),
    ...formulas(product),
  ];
}

function broken(field: SitePath, found: string, expected: string): Complaint {
  return { field, found, expected, text: `${field.join('.')}: ${found}, expected ${expected}` };
}

function uniqueIds(product: ProductData): Complaint[] {
  return (['features', 'components', 'volumes', 'topologies'] as const).flatMap((list) => {
    const seen = new Set<string>();
    return product[list].flatMap(({ id }, index) => {
      if (seen.has(id)) return [broken([list, index, 'id'], `"${id}" again`, 'each id once')];
      seen.add(id);
      return [];
    });
  });
}

function knownFeatures(product: ProductData): Complaint[] {
  const ids = product.features.map((feature) => feature.id);
  const named: readonly (readonly [SitePath, readonly string[]])[] = [
    ...product.components.map((component, index) => [['components', index, 'features'], component.features] as const),
    ...product.featureSets.map((set, index) => [['featureSets', index, 'features'], set.features] as const),
    ...product.nodes.recommended.map(
      (row, index) => [['nodes', 'recommended', index, 'features'], row.features] as const,
    ),
  ];
  return named.flatMap(([path, features]) =>
    features.flatMap((feature, index) =>
      ids.includes(feature) ? [] : [broken([...path, index], `"${feature}"`, `a feature: ${ids.join(', ')}`)],
    ),
  );
}

function knownComponents(product: ProductData): Complaint[] {
  const ids = product.components.map((component) => component.id);
  return product.volumes.flatMap((volume, index) =>
    ids.includes(volume.component)
      ? []
      : [broken(['volumes', index, 'component'], `"${volume.component}"`, `a component: ${ids.join(', ')}`)],
  );
}

function everySet(product: ProductData): Complaint[] {
  return allSets(product.features.map((feature) => feature.id)).flatMap((set) => {
    const rows = product.featureSets.filter((row) => sameSet(row.features, set)).length;
    if (rows === 1) return [];
    const found = rows === 0 ? 'no row' : `${rows} rows`;
    return [broken(['featureSets'], found, `one row for the features [${set.join(', ')}]`)];
  });
}

function volumesOfSets(product: ProductData): Complaint[] {
  return product.featureSets.flatMap((set, row) =>
    set.volumes.flatMap(({ id, class: given }, index) => {
      const path: SitePath = ['featureSets', row, 'volumes', index];
      const volume = product.volumes.find((candidate) => candidate.id === id);
      if (volume === undefined) return [broken([...path, 'id'], `"${id}"`, 'the id of a volume')];
      const component = product.components.find((candidate) => candidate.id === volume.component);
      if (component === undefined) return [];
      const { kind, features } = component;
      if (features.length > 0 && !features.some((feature) => set.features.includes(feature))) {
        return [broken([...path, 'id'], `"${id}"`, `a volume of a component that is on; ${component.id} is off here`)];
      }
      const fits = kind === 'by-volume' || kind === (given === 'shared' ? 'stateful-shared' : 'stateful-lvm');
      return fits ? [] : [broken([...path, 'class'], `"${given}"`, `the class of ${component.id}, which is ${kind}`)];
    }),
  );
}

/** A volume of one node has no other node; one that several pods share needs a mode in which they can. */
function accessOfVolumes(product: ProductData): Complaint[] {
  const classes = product.featureSets.flatMap(({ volumes }) => volumes);
  return product.volumes.flatMap(({ id, access, component }, index) => {
    const own = classes.filter((each) => each.id === id).map((each) => each.class);
    const path: SitePath = ['volumes', index, 'access'];
    if (access === 'ReadWriteMany')
      return own.includes('unshared') ? [broken(path, access, 'ReadWriteOnce: it is a volume of one node')] : [];
    const { instances = 1 } = product.components.find((each) => each.id === component) ?? {};
    const copies = typeof instances === 'object' ? instances.shared : instances;
    if (copies === 1 || !own.includes('shared')) return [];
    const shared = `ReadWriteMany, or one instance of ${component}: its ${copies} instances share this volume`;
    return [broken(path, access, shared)];
  });
}

function valueRows(product: ProductData): Complaint[] {
  const paths = product.values.map((row) => row.path);
  return product.values.flatMap((row, index) => {
    const clash = paths.find((path, other) => other < index && (path === row.path || nested(path, row.path)));
    if (clash !== undefined) {
      return [
        broken(['values', index, 'path'], `"${row.path}"`, `a path beside "${clash}", not the same nor inside it`),
      ];
    }
    if (!('from' in row)) return [];
    return isKnown(product, row.from)
      ? []
      : [
          broken(
            ['values', index, 'from'],
            `"${row.from}"`,
            'a place in the site, feature:ID, volume:ID.what or setting:NAME',
          ),
        ];
  });
}

function nested(a: string, b: string): boolean {
  return a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

function isKnown(product: ProductData, from: string): boolean {
  const source = valueSource(from);
  if (source?.kind === 'feature') return product.features.some((feature) => feature.id === source.feature);
  if (source?.kind === 'volume') return product.volumes.some((volume) => volume.id === source.volume);
  if (source?.kind === 'setting') return product.workload?.settings[source.setting] !== undefined;
  return source !== undefined;
}

/** What the formula of a setting calls the size of its volume. */
const volumeBytes = 'volumeBytes';
/** Names that formulas may use beside inputs and constants. */
const given = ['nodes', 'instances', 'failures', 'growth'];

function formulas({ workload, volumes }: ProductData): Complaint[] {
  if (!workload) return [];
  const known = [...given, ...workload.inputs.map(({ id }) => id), ...workload.constants.map(({ id }) => id)];
  const isVolume = (id: string) => volumes.some((volume) => volume.id === id);
  const sizes = Object.entries(workload.volumes).flatMap(([id, { bytes }]) => {
    const place = ['workload', 'volumes', id];
    return isVolume(id) ? formula([...place, 'bytes'], bytes, known) : [broken(place, `"${id}"`, aVolume)];
  });
  const settings = Object.entries(workload.settings).flatMap(([id, { volume, value }]) => {
    const place = ['workload', 'settings', id];
    if (!isVolume(volume)) return [broken([...place, 'volume'], `"${volume}"`, aVolume)];
    return formula([...place, 'value'], value, [...known, volumeBytes]);
  });
  return [...usualInputs(workload), ...sizes, ...settings];
}

/** Formulas that stand in place of a number: each knows the inputs before its own alone. */
function usualInputs({ inputs, constants }: NonNullable<ProductData['workload']>): Complaint[] {
  const names = constants.map(({ id }) => id);
  return inputs.flatMap(({ default: usual }, at) =>
    typeof usual === 'number'
      ? []
      : formula(['workload', 'inputs', at, 'default'], usual, [...inputs.slice(0, at).map(({ id }) => id), ...names]),
  );
}

const aVolume = 'a volume of this product';

/** What is wrong with one formula that may use these names. */
function formula(place: SitePath, text: string, known: readonly string[]): Complaint[] {
  try {
    const lost = namesIn(parseFormula(text)).filter((name) => !known.includes(name));
    return lost.map((name) => broken(place, `"${name}"`, `one of ${known.join(', ')}`));
  } catch (error) {
    return [broken(place, messageOf(error), 'a formula')];
  }
}
