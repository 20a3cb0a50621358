import type { Command, Host, HostPool, RunOptions, RunResult } from '../../source/host/host.ts';
import { HostFault } from '../../source/host/host-fault.ts';
import { wantedAddress } from '../../source/network/addresses.ts';
import { clusterNames } from '../../source/network/cluster-names.ts';
import { stepKinds } from '../../source/plan/kinds.ts';
import type {
  AnyStepKind,
  PlannedCommand,
  PlannedStep,
  StateCheck,
  StepContext,
  Wait,
} from '../../source/plan/step.ts';
import { StepFault } from '../../source/plan/step-fault.ts';
import type { Product } from '../../source/product/schema.ts';
import { filesUnder } from '../../source/site/files.ts';
import type { Site } from '../../source/site/schema.ts';

export interface Asked {
  readonly node: string;
  readonly text: string;
  readonly stdin: string | undefined;
  /** Runs so far of commands whose text ok `part`, looks not counted. */
  ran(part: string): number;
}

/** What a fake node says to commands whose text begins with the key; the longest key wins. Undefined: exit code 0, no words. */
export type Answers = Readonly<
  Record<string, string | Partial<RunResult> | ((asked: Asked) => string | Partial<RunResult> | undefined)>
>;

export interface FakeOptions {
  readonly site: Site;
  readonly product: Product;
  readonly answers?: Answers;
  readonly files?: Readonly<Record<string, string>>;
  /** Called while something is waited for, with the ms that have passed in all: files may change by themselves. */
  readonly passes?: (ms: number, files: Map<string, string>) => void;
  readonly registrySecret?: string;
  /** Nodes that do not answer, at this moment. */
  readonly away?: (node: string) => boolean;
}

/** A world for one step: files are kept, commands are answered by a script, time passes only by waiting. */
export function fakeWorld(options: FakeOptions) {
  const { site, product, answers = {}, files = {}, away = () => false, passes, registrySecret = '' } = options;
  const ran: { node: string; command: Command; stdin: string | undefined; shown: readonly string[] | undefined }[] = [];
  const written = new Map(Object.entries(files));
  const remembered = new Map<string, string>();
  const concealed: string[] = [];
  const progressed: string[] = [];
  const trusted: { readonly node: string; readonly keys: readonly string[]; readonly besideOld: boolean }[] = [];
  for (const node of site.nodes)
    if (!written.has(kubeletOf(node.name))) written.set(kubeletOf(node.name), told(wantedAddress(node)?.address));
  const begun = Date.parse('2026-11-21T08:00:00Z');
  let now = begun;

  const answer = (node: string, command: Command, stdin: string | undefined): RunResult => {
    if (away(node)) throw new HostFault('unreachable', node, { what: `${node} does not answer.` });
    const text = textOf(command);
    const key = Object.keys(answers)
      .filter((prefix) => text.startsWith(prefix))
      .toSorted((a, b) => b.length - a.length)[0];
    if (key === undefined && text.startsWith('set-arguments')) tell(written, node, text, stdin);
    const found = key === undefined ? ofItself(text, site) : answers[key];
    const asked: Asked = {
      node,
      text,
      stdin,
      ran: (part) => ran.filter((each) => textOf(each.command).includes(part)).length,
    };
    const said = typeof found === 'function' ? found(asked) : found;
    const result = { code: 0, stdout: '', stderr: '', ...(typeof said === 'string' ? { stdout: said } : said) };
    return text.startsWith('start-join') ? inItsUnit(written, result) : result;
  };
  const host = (name: string): Host => ({
    name,
    access: async () => ({ user: 'ubuntu', sudo: 'free', address: name }),
    run: async (command, options: RunOptions = {}) => answer(name, command, options.stdin),
    readFile: async (path) => {
      if (away(name)) throw new HostFault('unreachable', name, { what: `${name} does not answer.` });
      return written.get(`${name}:${path}`) ?? written.get(path);
    },
    writeFile: async ({ path, content }) => {
      const before = written.get(path);
      written.set(path, content);
      return { before };
    },
    close: async () => undefined,
  });

  const context: StepContext = {
    site,
    product,
    files: filesUnder('/nowhere'),
    clock: {
      now: () => now,
      elapsed: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    },
    signal: new AbortController().signal,
    look: async (node) => host(node),
    run: async (node, command, options = {}) => {
      const result = answer(node, command, options.stdin);
      ran.push({ node, command, stdin: options.stdin, shown: options.shown });
      if ((options.allow ?? [0]).includes(result.code)) return result;
      const { causes = [], next = [] } = options;
      throw new StepFault({ tried: textOf(command), seen: result.stderr || `exit code ${result.code}`, causes, next });
    },
    write: async (node, file) => void (await host(node).writeFile(file)),
    until: async (wait) => {
      const end = now + wait.deadline;
      for (;;) {
        const { ok, observed, hopeless } = await wait.probe().catch(notReached);
        if (ok) return;
        if (hopeless || now >= end)
          throw new StepFault({
            tried: `wait for ${wait.for}`,
            seen: observed,
            causes: wait.causes ?? [],
            next: wait.next ?? [],
          });
        now += wait.every ?? 2_000;
        passes?.(now - begun, written);
      }
    },
    progress: (text) => void progressed.push(text),
    registrySecret: async () => registrySecret,
    trustHostKeys: async (node, keys, { besideOld }) => void trusted.push({ node, keys, besideOld }),
    conceal: (secret) => void concealed.push(secret),
    remember: (key, value) => void (remembered.has(key) || remembered.set(key, value)),
    recall: (key) => remembered.get(key),
    reconnect: async () => undefined,
  };
  const hosts: HostPool = {
    get: async ({ node }) => host(node),
    forget: async () => undefined,
    close: async () => undefined,
  };
  return { context, hosts, ran, written, remembered, concealed, progressed, trusted };
}

/** What a node says that no test asks about: it has no unit of ours, and a certificate with all names of the cluster. */
function ofItself(text: string, site: Site): Partial<RunResult> {
  if (text === 'certificate-names') return { stdout: `DNS:kubernetes, ${namesOf(site)}\n` };
  if (text.startsWith('systemctl is-active')) return { code: 3, stdout: 'inactive\n' };
  if (text.startsWith('systemctl is-enabled kloudspot-network'))
    return { code: 1, stderr: 'Failed to get unit file state: No such file or directory\n' };
  return {};
}

/** A certificate that has all names of the cluster. */
const namesOf = (site: Site) =>
  clusterNames(site)
    .map((name) => `${/^[\d.]+$/.test(name) ? 'IP Address' : 'DNS'}:${name}`)
    .join(', ');

const data = '/var/snap/microk8s/current';
/** Where the fake world keeps the kubelet's arguments of one node; any other file is the same on all nodes. */
export const kubeletOf = (node: string): string => `${node}:${data}/args/kubelet`;
/** The arguments of a kubelet that was told all that is wanted. */
const told = (address: string | undefined) =>
  `--read-only-port=0\n--node-ip=${address}\n--cluster-dns=10.152.183.10\n--cluster-domain=cluster.local\n`;

/** As the script does it, without restarts. */
function tell(files: Map<string, string>, node: string, text: string, stdin = ''): void {
  const wanted = stdin.split('\n').filter(Boolean);
  const before = (files.get(kubeletOf(node)) ?? '').split('\n').filter(Boolean);
  const kept = before.filter((line) => wanted.every((each) => each.split('=')[0] !== line.split('=')[0]));
  files.set(kubeletOf(node), [...kept, ...wanted, ''].join('\n'));
  const [, domain] = text.split(' ');
  if (domain === undefined || domain === '') return;
  const id = /^ID: (.*)$/m.exec(files.get(`${data}/var/kubernetes/backend/info.yaml`) ?? '')?.[1] ?? '';
  files.set(`${data}/args/ha-conf`, `failure-domain=${domain}\n`);
  files.set('/var/lib/kloudspot/failure-domain', `${domain} ${id}\n`);
}

export function textOf(command: Command): string {
  return 'text' in command ? [command.name, ...(command.arguments ?? [])].join(' ') : command.join(' ');
}

/** As the engine does it: not being reached is what one waits through. */
function notReached(error: unknown): Awaited<ReturnType<Wait['probe']>> {
  if (error instanceof HostFault) return { ok: false, observed: error.message };
  throw error;
}

/** The answer is that of the join, whose unit leaves it in files; starting the unit works. */
function inItsUnit(files: Map<string, string>, { code, stdout, stderr }: RunResult): RunResult {
  files.set('/run/kloudspot-join/output', stdout + stderr);
  files.set('/run/kloudspot-join/code', `${code}\n`);
  return { code: 0, stdout: '', stderr: '' };
}

/** Throws where no kind of that name is registered. */
export function kindOf(step: PlannedStep): AnyStepKind {
  const kind = stepKinds.get(step.kind);
  if (!kind) throw new Error(`There is no kind ${step.kind}.`);
  return kind;
}

/** Does one step as a run would: looks, acts, looks again. */
export async function carryThrough(
  context: StepContext,
  step: PlannedStep,
): Promise<{ before: StateCheck; after: StateCheck; again: StateCheck }> {
  const kind = kindOf(step);
  const parameters = kind.parameters.parse(step.parameters);
  const before = await kind.state(context, parameters, step);
  await kind.act(context, parameters, step);
  const after = await kind.state(context, parameters, step);
  return { before, after, again: await kind.state(context, parameters, step) };
}

/** The commands that a step always runs, as one would read them. */
export const reviewed = (step: PlannedStep): string[] => always(step).map(({ command }) => textOf(command));
const always = ({ commands }: PlannedStep): PlannedCommand[] => commands.filter(({ when }) => when === undefined);

/** An answer that holds from a command whose text has `part` on, until one with `end` has run. */
export const between =
  (part: string, end: string, then: string, before = '') =>
  (asked: { ran(part: string): number }) =>
    asked.ran(part) > 0 && asked.ran(end) === 0 ? then : before;

/** An answer that is another once a command whose text has `part` has run. */
export const onceRan =
  (part: string, then: string, before = '') =>
  (asked: { ran(part: string): number }) =>
    asked.ran(part) > 0 ? then : before;
