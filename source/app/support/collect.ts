import { journalPath, planPath } from '../../engine/journal/run-paths.ts';
import { listRuns } from '../../engine/runs.ts';
import { codeOf, messageOf } from '../../errors/thrown.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import { textOfFile } from '../../host/read-text.ts';
import { whyUnread } from '../../host/unread.ts';
import { findManager } from '../../kubernetes/ask.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { ask } from '../../kubernetes/read.ts';
import { snap } from '../../microk8s/snap.ts';
import { targetOf } from '../../network/targets.ts';
import type { Files } from '../../site/files.ts';
import type { SiteNode } from '../../site/schema.ts';
import { version } from '../../version.ts';
import { judgeSeen } from '../check-site.ts';
import type { Seen } from '../connect.ts';
import type { RefusedNodes } from '../enter-nodes.ts';
import { pastRuns } from '../history.ts';
import { statusOf } from '../observe-site.ts';
import type { OpenedSite } from '../site.ts';

/** One text of the bundle; paths are relative to it. */
export interface Piece {
  readonly path: string;
  readonly text: string;
  /** Why it was not collected; `text` says so too. */
  readonly missing?: string;
}

export interface Collecting {
  readonly opened: OpenedSite;
  /** The nodes as they were when they were looked at: one that dies later keeps its facts. */
  readonly seen: Seen;
  /** Those that do not let us in: they are not tried again. */
  readonly refused?: RefusedNodes;
  readonly files: Files;
  readonly hours: number;
}

/** So many runs go along, the newest. */
const runs = 5;
/** ms for each question to a node. */
const patience = 60_000;

/** Everything that explains a site. What fails is named in its place: a node that is dead costs only itself. */
export async function collect(collecting: Collecting): Promise<readonly Piece[]> {
  const { opened, seen, refused, files } = collecting;
  const groups = await Promise.all([
    piece('about.json', async () => json({ version, at: new Date(opened.world.clock.now()), site: opened.site.name })),
    piece('unreached.json', async () => json(Object.fromEntries(seen.unreached))),
    piece('status.json', async () => json(await statusOf(opened, files, { refused }))),
    piece('findings.json', async () => json(await judgeSeen(opened, seen, files))),
    piece('history.json', async () => json(await pastRuns(files))),
    piece('site.yaml', async () => textOfFile(opened.from).catch(() => json(opened.site))),
    piece('values.yaml', async () => textOfFile(files.values)),
    ...[...seen.facts].map(([node, facts]) => piece(`nodes/${node}/facts.json`, async () => json(facts))),
  ]);
  return [...groups, ...(await ofRuns(files)), ...(await ofNodes(collecting)), ...(await ofCluster(opened, seen))];
}

async function piece(path: string, read: () => Promise<string>): Promise<Piece> {
  try {
    return { path, text: await read() };
  } catch (error) {
    return notCollected(path, codeOf(error) === undefined ? messageOf(error) : whyUnread(error));
  }
}

const notCollected = (path: string, why: string): Piece => ({ path, text: `Not collected: ${why}\n`, missing: why });

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

async function ofRuns(files: Files): Promise<Piece[]> {
  const newest = (await listRuns(files)).slice(-runs);
  return Promise.all(
    newest.flatMap(({ id, directory }) => [
      piece(`runs/${id}/plan.json`, () => textOfFile(planPath(directory))),
      piece(`runs/${id}/journal.jsonl`, () => textOfFile(journalPath(directory))),
    ]),
  );
}

/** Logs of MicroK8s, of snapd and of the kernel. The host keeps the head and the tail of what is too long. */
function nodeCommands(hours: number): Readonly<Record<string, readonly string[]>> {
  const journal = ['journalctl', '--no-pager', '--output=short-iso', `--since=-${hours}h`];
  return {
    'microk8s.log': [...journal, '--unit=snap.microk8s.*'],
    'snapd.log': [...journal, '--unit=snapd.service'],
    'kernel.log': [...journal, '--dmesg', '--priority=warning'],
    'snap-changes.txt': snap.changes('microk8s'),
    'memory.txt': ['free', '-m'],
    'file-systems.txt': ['df', '-h'],
  };
}

async function ofNodes({ opened, seen: { facts }, hours }: Collecting): Promise<Piece[]> {
  const living = opened.site.nodes.filter(({ name }) => facts.has(name));
  const commands = Object.entries(nodeCommands(hours));
  // Each asks for the node again: one that has gone since is named in each file that it leaves out.
  const hostOf = (node: SiteNode) => opened.world.hosts.get(targetOf(node));
  return Promise.all(
    living.flatMap((node) =>
      commands.map(([name, words]) => piece(`nodes/${node.name}/${name}`, async () => said(await hostOf(node), words))),
    ),
  );
}

async function said(host: ReadOnlyHost, words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ask(host, words, { deadline: patience });
  return [stdout, stderr, ...(code === 0 ? [] : [`exit code ${code}\n`])].filter((text) => text !== '').join('');
}

/** What the API says of objects that tell about trouble; secrets are not among them. */
const kinds = [
  'nodes',
  'pods',
  'events',
  'deployments',
  'statefulsets',
  'daemonsets',
  'persistentvolumeclaims',
] as const;

/** Through the manager whose API knows the most of the site's nodes: one that never joined answers for itself alone. */
async function ofCluster({ site, world }: OpenedSite, { facts }: Seen): Promise<Piece[]> {
  const managers = site.nodes.filter(({ name, role }) => role === 'manager' && facts.has(name));
  const looks = new Map(managers.map((node) => [node.name, () => world.hosts.get(targetOf(node))]));
  const names = site.nodes.map(({ name }) => name);
  const { found } = await findManager(looks, names, world.clock);
  if (found === undefined) return [notCollected('cluster', 'No manager of the cluster answers.')];
  const { host } = found;
  return Promise.all(
    kinds.map((kind) => piece(`cluster/${kind}.json`, () => said(host, kubectl.list(kind, { all: true })))),
  );
}
