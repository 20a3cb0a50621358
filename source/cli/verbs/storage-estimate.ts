import { keepInDraft, keepInSite } from '../../app/keep-sizing.ts';
import { type Settings, settingsFrom, siteToChange } from '../../app/settings.ts';
import { engineNames } from '../../storage/engines/engines.ts';
import type { StorageWish } from '../../storage/volumes.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { listOf } from '../line/arguments.ts';
import { globalFlags } from '../line/flags.ts';
import { type Questions, questionsFor } from '../line/questions.ts';
import { rehearsalNote, scenarioOf } from '../line/rehearsal-note.ts';
import { printJson, printLines, processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import type { StorageFlags } from '../sizing/answers.ts';
import { installEngines } from '../sizing/install-engines.ts';
import { seenOpenebs } from '../sizing/openebs.ts';
import { type EstimateResult, runEstimate } from '../sizing/run-estimate.ts';
import { openStorageSubject, type StorageSubject } from '../sizing/subject.ts';

export default defineVerb({
  name: 'storage estimate',
  about:
    'Show what the volumes of the chosen features need, what each node can really hold, and what to do where it does not fit, for all nodes of the site, or without a site for this machine. Asks in a terminal; with --yes, --plain or --json site, defaults and flags decide.',
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
      const install = () => installEngines(subject, settings, terminal);
      const result = await runEstimate({ subject, flags, openebs, ask, line: lines, install });
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
    ? await keepInSite(siteToChange(settings), site, wish)
    : await keepInDraft(settings.files, product, wish);
  const deployed = [...facts.values()].some(({ microk8s }) => microk8s?.running);
  const next = kind === 'draft' ? 'init' : deployed ? 'update' : 'apply';
  return `Kept in ${path}. ${kloudspot(next)}  continues with them.`;
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
