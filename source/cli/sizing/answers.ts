import { Fault } from '../../errors/fault.ts';
import { featureSet } from '../../product/features.ts';
import type { Product } from '../../product/schema.ts';
import {
  defaultEngine,
  type EngineName,
  engineNamed,
  engineNames,
  sharedEngine,
} from '../../storage/engines/engines.ts';
import { typedSize } from '../../storage/typed-size.ts';
import { type StorageWish, volumesFor } from '../../storage/volumes.ts';
import { inputValues, type WhatIf } from '../../storage/workload.ts';
import { defined } from '../../text/defined.ts';
import { didYouMean } from '../../text/nearest.ts';
import { rightAligned } from '../../text/width.ts';
import type { Questions } from '../line/questions.ts';

/** What flags say about a wish, each as it was typed. */
export interface StorageFlags {
  /** Ids; undefined where the flag was not given. `none` alone switches all off. */
  readonly features?: readonly string[];
  /** `id=GB`. */
  readonly volumes: readonly string[];
  readonly engine?: string;
  /** `id=number`, an input of the product's workload. */
  readonly workload?: readonly string[];
  /** `lose-node`, `grow=12m`. */
  readonly whatIf?: readonly string[];
  /** Another number of managers. */
  readonly nodes?: string;
}

/** Lays flags over what the site or the defaults say. Throws a `Fault` that names the flag and what it takes. */
export function withFlags(wish: StorageWish, flags: StorageFlags, product: Product): StorageWish {
  const features = flags.features === undefined ? wish.features : knownFeatures(flags.features, product);
  const engine = flags.engine === undefined ? wish.storage.shared.engine : knownEngine(flags.engine);
  const volumes = { ...wish.storage.volumes };
  for (const text of flags.volumes) {
    const [id = '', size = ''] = text.split('=', 2);
    if (!product.volumes.some((volume) => volume.id === id)) throw noSuch('volume', id, product.volumes);
    const typed = typedSize(size);
    if ('problem' in typed) {
      throw new Fault({
        what: typed.problem,
        where: `--volume ${text}`,
        next: [`Write for example --volume ${id}=10`],
      });
    }
    volumes[id] = typed.gib;
  }
  const workload = withWorkload(wish, flags, product);
  const storage = { ...wish.storage, shared: { ...wish.storage.shared, engine }, volumes, ...defined({ workload }) };
  return { ...wish, features, storage, whatIf: withNodesToLose(whatIfOf(flags), wish) };
}

function withWorkload(wish: StorageWish, { workload = [] }: StorageFlags, product: Product) {
  if (workload.length === 0) return wish.storage.workload;
  const inputs = product.workload?.inputs ?? [];
  const given = workload.map((text): readonly [string, number] => {
    const [id = '', typed = ''] = text.split('=', 2);
    if (!inputs.some((input) => input.id === id)) throw noSuch('workload', id, inputs);
    if (!/^\d+(\.\d+)?$/.test(typed)) {
      const usual = inputValues(product, {}).find(({ name }) => name === id)?.value;
      const next = [`Write for example --workload ${id}=${usual}`];
      throw new Fault({ what: `${typed || 'Nothing'} is not a number.`, where: `--workload ${text}`, next });
    }
    return [id, Number(typed)];
  });
  return { ...wish.storage.workload, ...Object.fromEntries(given) };
}

/** Undefined where nothing is asked of the future. */
function whatIfOf({ whatIf = [], nodes }: StorageFlags): WhatIf | undefined {
  if (whatIf.length === 0 && nodes === undefined) return undefined;
  if (nodes !== undefined && !/^[1-9]\d{0,3}$/.test(nodes))
    throw new Fault({ what: `${nodes} is not a number of nodes.`, where: '--nodes', next: ['Write --nodes 5'] });
  const asked = whatIf.map((text): WhatIf => {
    const months = /^grow=(\d{1,3})m$/.exec(text)?.[1];
    if (months !== undefined) return { growMonths: Number(months) };
    if (text === 'lose-node') return { failures: 1 };
    const next = [...didYouMean(text, ['lose-node', 'grow=12m']), 'Write --what-if lose-node or --what-if grow=12m'];
    throw new Fault({ what: `Unknown question ${text}.`, where: '--what-if', next });
  });
  return Object.assign({}, ...asked, defined({ nodes: nodes === undefined ? undefined : Number(nodes) }));
}

/** One node has no other that would go on. */
function withNodesToLose(asked: WhatIf | undefined, { nodes }: StorageWish): WhatIf | undefined {
  const managers = asked?.nodes ?? nodes?.filter(({ role }) => role === 'manager').length;
  if (asked?.failures === undefined || managers !== 1) return asked;
  throw new Fault({
    what: 'With a single node, none would be left.',
    where: '--what-if lose-node',
    next: ['Ask for three: --nodes 3'],
  });
}

function knownFeatures(given: readonly string[], product: Product): string[] {
  if (given.length === 1 && given[0] === 'none') return [];
  return given.map((word) => {
    const found = product.features.find(({ id }) => id.toLowerCase() === word.toLowerCase());
    if (!found) throw noSuch('feature', word, product.features);
    return found.id;
  });
}

function knownEngine(text: string): EngineName {
  const known = engineNamed(text);
  if (known !== undefined) return known;
  throw new Fault({
    what: `Unknown engine ${text}.`,
    where: '--engine',
    next: [...didYouMean(text, engineNames), `Write ${engineNames.map((name) => `--engine ${name}`).join(' or ')}`],
  });
}

function noSuch(what: 'feature' | 'volume' | 'workload', id: string, known: readonly { readonly id: string }[]): Fault {
  const ids = known.map((each) => each.id);
  const next = [...didYouMean(id, ids), `Known: ${ids.join(', ')}`];
  return new Fault({ what: `Unknown ${what} ${id}.`, where: `--${what}`, next });
}

const openebsHelp = `OpenEBS makes the volumes. ${sharedEngine(defaultEngine).label} keeps shared volumes in a pool on each manager. Yes installs it on the cluster that is there, in a run like any other; without a cluster nothing is changed now, and init installs it.`;

/** The vendor's question with the vendor's default. `?` explains. Gives whether OpenEBS is to be installed now. */
export async function askOpenebs(ask: Questions): Promise<boolean> {
  const answer = await ask.input({
    message: `${rightAligned('Do you want to install Openebs?', width)} : [? for help] (y/N)`,
    validate: (text) => {
      if (/^(|y|yes|n|no)$/i.test(withoutHelp(text))) return true;
      return text.trim() === '?' ? openebsHelp : `${text}: answer y or n, or ? for help.`;
    },
  });
  return /^y/i.test(withoutHelp(answer));
}

/** The question mark stays in the line when help was shown; what follows it is the answer. */
function withoutHelp(text: string): string {
  const typed = text.trim();
  return typed === '?' ? typed : typed.replace(/^\?\s*/, '');
}

export async function askFeatures(wish: StorageWish, product: Product, ask: Questions): Promise<StorageWish> {
  const features: string[] = [];
  for (const { id, label } of product.features) {
    const message = `${rightAligned(`Enable ${label}`, width)} :`;
    if (await ask.confirm({ message, default: wish.features.includes(id) })) features.push(id);
  }
  return { ...wish, features };
}

/** Asks for each volume of the chosen features. What is wrong is said under the line, and what was typed stays in it. */
export async function askSizes(wish: StorageWish, product: Product, ask: Questions): Promise<StorageWish> {
  const volumes: Record<string, number> = { ...wish.storage.volumes };
  for (const { id, label, gib } of volumesFor(wish, product)) {
    const text = await ask.input({
      message: `${rightAligned(`${label} (GB)`, width)} :`,
      default: String(gib),
      validate: (typed) => {
        const size = typedSize(typed);
        return 'problem' in size ? size.problem : true;
      },
    });
    const size = typedSize(text);
    if ('gib' in size) volumes[id] = size.gib;
  }
  return { ...wish, storage: { ...wish.storage, volumes } };
}

/** Labels end in one column, as wide as the longest of them. */
const width = 50;

/** Where nothing was asked: which sets of features rest on an inference is said. */
export function evidenceOf(wish: StorageWish, product: Product): string | undefined {
  const set = featureSet(product, wish.features);
  return set.evidence === 'assumed'
    ? `What this set of features stores is inferred: ${set.source ?? ''}`.trim()
    : undefined;
}
