import { keepInDraft, keepInSite } from '../../app/keep-sizing.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { ownClass } from '../../storage/classes.ts';
import { engineNames, sharedEngine } from '../../storage/engines/engines.ts';
import type { EstimateInput, StorageEstimate } from '../../storage/estimate.ts';
import { estimateStorage } from '../../storage/estimate.ts';
import type { StorageWish } from '../../storage/volumes.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { cellsOf, rightAligned } from '../../text/width.ts';
import { listOf } from '../line/arguments.ts';
import { globalFlags } from '../line/flags.ts';
import { type Questions, questionsFor } from '../line/questions.ts';
import { rehearsalNote, scenarioOf } from '../line/rehearsal-note.ts';
import { printJson, printLines, processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import { askFeatures, askOpenebs, askSizes, evidenceOf, type StorageFlags, withFlags } from '../sizing/answers.ts';
import { seenOpenebs } from '../sizing/openebs.ts';
import { openStorageSubject, type StorageSubject } from '../sizing/subject.ts';
import { availableLine, groupsAndDisksOf, poolLines, requiredLine, verdictLines } from '../text/estimate-text.ts';

export default defineVerb({
  name: 'storage estimate',
  about:
    'What the volumes of the chosen features need, what each node can really hold, and what to do where it does not fit. Over all nodes of the site; without a site over this machine. Asks in a terminal; with --yes, --plain or --json it takes the site, the defaults and the flags.',
  flags: {
    ...globalFlags,
    feature: {
      type: 'string',
      multiple: true,
      value: 'ID',
      about: 'A feature that is on; may be given several times, or `none`.',
    },
    volume: { type: 'string', multiple: true, value: 'ID=GB', about: 'Size of a volume; may be given several times.' },
    workload: {
      type: 'string',
      multiple: true,
      value: 'ID=NUMBER',
      about: 'What the product has to do, such as devices=5000: sizes follow. May be given several times.',
    },
    'what-if': {
      type: 'string',
      multiple: true,
      value: 'QUESTION',
      about: 'lose-node: sizes with which one node may be lost. grow=12m: sizes in twelve months.',
    },
    nodes: { type: 'string', value: 'N', about: 'Sizes for another number of managers.' },
    product: {
      type: 'string',
      value: 'NAME|FILE',
      about: 'Without a site: the product to size, one of templates/products or a file.',
    },
    save: {
      type: 'boolean',
      about: 'Keep features and sizes: in site.yaml, or without a site in the draft that init continues.',
    },
    engine: { type: 'string', value: engineNames.join('|'), about: 'What holds shared volumes.' },
  },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const given = listOf(args.feature);
    const flags: StorageFlags = {
      ...(given.length > 0 ? { features: given } : {}),
      volumes: listOf(args.volume),
      workload: listOf(args.workload),
      whatIf: listOf(args['what-if']),
      ...defined({ engine: args.engine, nodes: args.nodes }),
    };
    const subject = await openStorageSubject(settings, terminal, args.product);
    try {
      const asks = terminal.interactive && !settings.yes && !settings.plain && !settings.json;
      const lines = settings.json ? () => {} : (text: string) => printLines(terminal.output, [text]);
      rehearsalNote(subject.world).forEach(lines);
      const openebs = await seenOpenebs(subject);
      const ask = asks ? questionsFor(settings, terminal) : undefined;
      const result = await runEstimate({ subject, flags, openebs, ask, line: lines });
      if (args.save || (await wantsKept(ask))) lines(await keptLine(subject, settings, toKeep(result)));
      if (settings.json) printJson(terminal, { ...asData(subject, result), ...scenarioOf(subject.world) });
      return result.code;
    } finally {
      await subject.close();
    }
  },
});

const wantsKept = async (ask: Questions | undefined): Promise<boolean> =>
  ask !== undefined && (await ask.confirm({ message: 'Keep these answers for the installation?', default: false }));

/** A question about the future is not part of a site: the sizes that answer it are. */
function toKeep({ wish, estimate }: EstimateResult): StorageWish {
  if (wish.whatIf === undefined) return wish;
  const volumes = Object.fromEntries(estimate.volumes.map(({ id, gib }) => [id, gib]));
  return { ...wish, storage: { ...wish.storage, volumes } };
}

/** Keeps the answers, and says where they are and what takes them from there. */
async function keptLine(subject: StorageSubject, settings: Settings, wish: StorageWish): Promise<string> {
  const { site, product, facts } = subject;
  const { path, kind } = site
    ? await keepInSite(settings.site, site, wish)
    : await keepInDraft(settings.files, product, wish);
  const deployed = [...facts.values()].some(({ microk8s }) => microk8s?.running);
  const next = kind === 'draft' ? 'init' : deployed ? 'update' : 'apply';
  return `Kept in ${path}. ${kloudspot(next)}  goes on with them.`;
}

/** What the flow needs; tests hand in their own. */
export interface EstimateRequest {
  readonly subject: Omit<StorageSubject, 'world' | 'close'>;
  readonly flags: StorageFlags;
  /** Whether a release of OpenEBS was seen; undefined where the cluster could not be asked. */
  readonly openebs: boolean | undefined;
  /** Undefined: no one is asked. */
  readonly ask: Questions | undefined;
  readonly line: (text: string) => void;
}

export interface EstimateResult {
  readonly code: ExitCode;
  readonly wish: StorageWish;
  readonly estimate: StorageEstimate;
}

/** The questions and lines of the verb, in the order of the vendor's transcript. */
export async function runEstimate({ subject, flags, openebs, ask, line }: EstimateRequest): Promise<EstimateResult> {
  const { product, nodes, facts, unreached } = subject;
  const print = (lines: readonly string[]) => lines.forEach(line);
  let wish = withFlags(subject.wish, flags, product);
  print([...headLines(subject), openebsLine(openebs)]);
  const install = ask !== undefined && openebs === false && flags.engine === undefined && (await askOpenebs(ask));
  print([
    ...engineLines(wish, openebs, install, hasCluster(subject)),
    '',
    ...groupsAndDisksOf(nodes, facts, unreached),
  ]);
  if (ask && flags.features === undefined) {
    line('What features do you want to use');
    wish = await askFeatures(wish, product, ask);
  }
  print(beforeSizes(subject, wish));
  if (ask) {
    line('How much storage do you want to assign to each volume');
    wish = await askSizes(wish, product, ask);
  }
  const estimate = estimateOf(subject, wish);
  if (!ask) print(sizeLines(estimate));
  print(computedLines(estimate));
  print([requiredLine(estimate), ...verdictLines(estimate), rememberLine(nodes)]);
  const code = estimate.verdict === 'ok' || estimate.verdict === 'tight' ? exitCode.done : exitCode.preflightFailed;
  return { code, wish, estimate };
}

function rememberLine(nodes: EstimateRequest['subject']['nodes']): string {
  const workers = nodes.some(({ role }) => role === 'worker') ? ' (workers the unshared part only)' : '';
  return `Remember each node needs this amount of storage${workers}`;
}

function estimateOf(
  { kind, clusterSize, product, nodes, facts }: EstimateRequest['subject'],
  wish: StorageWish,
): StorageEstimate {
  const input: EstimateInput = { ...wish, nodes };
  if (kind === 'machine' && (wish.whatIf || wish.storage.workload))
    return estimateStorage({ ...input, whatIf: { nodes: clusterSize, ...wish.whatIf } }, product, [...facts.values()]);
  return estimateStorage(input, product, [...facts.values()]);
}

function headLines({ kind, name, clusterSize }: EstimateRequest['subject']): string[] {
  const cluster = `Assuming a ${clusterSize} node cluster installation`;
  return kind === 'site'
    ? [`${cluster}: the nodes of site ${name}`]
    : [cluster, `There is no site yet: this machine (${name}) is looked at, and every node is taken to be like it`];
}

function openebsLine(openebs: boolean | undefined): string {
  if (openebs === undefined) return 'Whether Openebs is installed could not be seen';
  return openebs ? 'Openebs is installed' : 'Openebs not installed';
}

function hasCluster({ facts }: EstimateRequest['subject']): boolean {
  return [...facts.values()].some(({ microk8s }) => microk8s?.running);
}

function engineLines(wish: StorageWish, openebs: boolean | undefined, install: boolean, cluster: boolean): string[] {
  const engine = sharedEngine(wish.storage.shared.engine);
  if (!engine.ours) return ['Shared volumes go to a storage class of yours: their room is not counted here'];
  const later =
    install && cluster
      ? `To install OpenEBS on the cluster that is there: ${kloudspot('apply')}`
      : 'OpenEBS is installed by the run (kloudspot init or apply); nothing is changed now';
  return [...(openebs ? [] : [later]), ...(engine.note ? [`Note: ${engine.note}`] : [])];
}

/** Where the volumes go and what is there for them, before sizes are asked for. */
function beforeSizes(subject: EstimateRequest['subject'], wish: StorageWish): string[] {
  const estimate = estimateOf(subject, wish);
  const inferred = evidenceOf(wish, subject.product);
  return [...(inferred ? [inferred] : []), unsharedLine(wish), availableLine(estimate), ...poolLines(estimate), ''];
}

function unsharedLine({ storage }: StorageWish): string {
  const own = ownClass(storage, 'unshared');
  return own === undefined
    ? `Using ${storage.unshared.volumeGroup} for unshared volumes`
    : `Unshared volumes go to your storage class ${own}: their room is not counted here`;
}

function sizeLines({ volumes }: StorageEstimate): string[] {
  if (volumes.length === 0) return ['These features store nothing'];
  const wide = Math.max(...volumes.map(({ label }) => cellsOf(label)));
  return volumes.map(
    ({ label, gib, class: of, from }) => `${rightAligned(`${label} (GB)`, wide + 5)} : ${gib} ${of}, ${from}`,
  );
}

/** Of each size from the workload: formula, what is in it, and what that rests on. */
function computedLines({ volumes }: StorageEstimate): string[] {
  const computed = volumes.flatMap(({ label, computed }) => (computed ? [{ label, ...computed }] : []));
  if (computed.length === 0) return [];
  const names = new Map(computed.flatMap(({ values }) => values.map((each) => [each.name, each] as const)));
  return [
    '',
    'Sizes from the workload, bytes on each instance, whole GB up:',
    ...computed.flatMap(({ label, gib, formula, source }) => [
      `${label}: ${gib} GB = ${formula}`,
      `  Source: ${source}`,
    ]),
    'where',
    ...[...names.values()].map(({ name, value, from, source }) => {
      const rests = { site: 'as given', cluster: 'of this cluster', product: source ?? 'product' }[from];
      return `  ${name} = ${Number(value.toPrecision(6))}: ${rests}`;
    }),
    '',
  ];
}

function asData(subject: StorageSubject, { estimate, wish, code }: EstimateResult): Record<string, unknown> {
  return {
    subject: { kind: subject.kind, name: subject.name, clusterSize: subject.clusterSize },
    features: wish.features,
    storage: wish.storage,
    ...estimate,
    unreached: Object.fromEntries(subject.unreached),
    exitCode: code,
  };
}
