import type { StartFacts } from '../../app/session.ts';
import { installedLines } from '../model/installed.ts';
import { startTitle } from '../model/start-title.ts';
import { faultWords, keep, type PlainWalk } from './plain-walk.ts';

const atHand = [
  'Have ready: a permanent address for each node; one more for the cluster, and the DNS name that resolves to it;',
  'a TLS certificate and its key for that name (recommended); a user with sudo on every node.',
  'No machine is changed until you have seen everything and typed the name of the site.',
];

/** Where to start: the draft, a new site, a file. False: nowhere. */
export async function begin(walk: PlainWalk): Promise<boolean> {
  const { talk, session } = walk;
  const facts = await session.startFacts();
  talk.say(startTitle(facts.productName), ...atHand, '');
  talk.say(...session.notices);
  const unreadable = await session.loadDraft().then(
    () => undefined,
    (error: unknown) => faultWords(error),
  );
  if (unreadable) talk.say(...unreadable, '');
  if (facts.installed) talk.say(...installedLines(facts.installed), '');
  return choose(walk, startChoices(walk, facts));
}

interface StartChoice {
  readonly text: string;
  readonly go: () => Promise<boolean>;
}

function startChoices(walk: PlainWalk, { draft, installed, recent, given }: StartFacts): readonly StartChoice[] {
  return [
    ...(given === undefined ? [] : [{ text: `Open ${given}`, go: () => load(walk, given) }]),
    ...(draft
      ? [{ text: `Continue the draft of ${draft.name || 'a site without a name'}`, go: () => continued(walk) }]
      : []),
    ...(installed ? [{ text: `Change ${installed.name}`, go: () => load(walk, installed.path) }] : []),
    { text: 'New site', go: () => fresh(walk) },
    ...recent
      .slice(0, 3)
      .map((site) => ({ text: `Load ${site.name} from ${site.path}`, go: () => load(walk, site.path) })),
    { text: 'Load a site file', go: async () => load(walk, await walk.talk.ask('Path of the site file')) },
    { text: 'Leave', go: async () => false },
  ];
}

/** Asks until one of them was carried out. */
async function choose(walk: PlainWalk, choices: readonly StartChoice[]): Promise<boolean> {
  const { talk } = walk;
  for (;;) {
    talk.say(...choices.map((choice, index) => `${index + 1}  ${choice.text}`));
    const text = (await talk.ask('Which one [1]')) || '1';
    const choice = choices[Number(text) - 1];
    if (text === 'quit') return false;
    if (!choice) {
      talk.say(`Type a number from 1 to ${choices.length}.`);
      continue;
    }
    try {
      return await choice.go();
    } catch (error) {
      talk.say(...faultWords(error));
    }
  }
}

async function continued(walk: PlainWalk): Promise<boolean> {
  const unfinished = await walk.session.loadDraft();
  if (unfinished === undefined) return fresh(walk);
  walk.draft = unfinished.draft;
  walk.source = unfinished.source;
  walk.saved = true;
  return true;
}

async function fresh(walk: PlainWalk): Promise<boolean> {
  if (!(await mayReplace(walk))) return begin(walk);
  await keep(walk, await walk.session.newDraft());
  return true;
}

async function load(walk: PlainWalk, path: string): Promise<boolean> {
  const { draft, open, source } = await walk.session.loadSite(path);
  if (!(await mayReplace(walk))) return begin(walk);
  walk.source = source;
  walk.onlyOpen = open.length > 0;
  if (walk.onlyOpen) walk.talk.say('Only what is missing or wrong is asked:', ...open.map((line) => `  ${line}`));
  await keep(walk, draft);
  return true;
}

/** A draft is replaced only after a question, and a copy of it is kept. */
async function mayReplace({ talk, session }: PlainWalk): Promise<boolean> {
  if ((await session.loadDraft().catch(() => undefined)) === undefined) return true;
  const answer = await talk.ask('The draft is replaced; a copy of it is kept beside it. Continue, yes or no [no]');
  if (!/^y(es)?$/i.test(answer)) return false;
  const copy = await session.copyDraft();
  if (copy !== undefined) talk.say(`The earlier draft is kept as ${copy}.`);
  return true;
}
