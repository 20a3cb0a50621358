import type { RunHandle } from '../engine/journal/event.ts';
import { exitCode, Fault } from '../errors/fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import type { HostKeyOffer, HostTarget } from '../host/host.ts';
import { textIfPresent } from '../host/read-text.ts';
import type { Passwords } from '../host/secrets.ts';
import { draftTarget } from '../network/targets.ts';
import { openMemory } from '../operator/memory.ts';
import type { Plan } from '../plan/document/document.ts';
import { loadProduct, productFor } from '../product/load.ts';
import type { Product } from '../product/schema.ts';
import { defaultProduct } from '../site/default-product.ts';
import type { Finding } from '../site/finding.ts';
import { judgeDraft } from '../site/load.ts';
import { keyLines } from '../site/reading/key-lines.ts';
import { copyDraft, loadDraft, removeDraft, saveDraft } from '../site/save.ts';
import type { Site, SiteDraft } from '../site/schema.ts';
import { kloudspot } from '../text/command.ts';
import { defined } from '../text/defined.ts';
import { quote } from '../text/quote.ts';
import { askAddresses, type HeardAddresses } from './ask-addresses.ts';
import { askNames, type HeardNames } from './ask-names.ts';
import { askPairs } from './ask-pairs.ts';
import { judgeSeen } from './check-site.ts';
import { documentsOf } from './documents.ts';
import { firstDraft } from './first-draft.ts';
import { type Watcher, watcherOf } from './follow.ts';
import { launch } from './launch.ts';
import { lookAtLiving, planLiving } from './plan-living.ts';
import { type ReachOptions, reachNode, reasonOf } from './reach-node.ts';
import type { AccessState, InitSession, StartFacts } from './session.ts';
import { type Settings, settingsFrom, siteHome } from './settings.ts';
import { givenPasswords } from './site.ts';
import { readStartFacts } from './start-facts.ts';
import { openUnfinished } from './unfinished-site.ts';
import { openWorld, restoreMachines, type World } from './world.ts';

/**
 * The door between the pages of `init` and the world. `productName`: for a new site; a site file, a draft or the scenario of a rehearsal
 * names its own. `bundle`: in the place of the one that they name. Throws `Fault` for a scenario of another product.
 */
export async function openInitSession(
  settings: Settings,
  productName: string | undefined,
  bundle?: string,
): Promise<InitSession> {
  const passwords = await givenPasswords(settings);
  const world = await openWorld({ files: settings.files, passwords, rehearsal: settings.rehearsal, fresh: true });
  try {
    const product = await productOf(settings, world, productName);
    return new Session(settings, world, passwords, product, bundle);
  } catch (error) {
    await world.close();
    throw error;
  }
}

async function productOf(settings: Settings, world: World, wanted: string | undefined): Promise<Product> {
  const rehearsed = world.draft?.['product'];
  const own = typeof rehearsed === 'string' ? await loadProduct(rehearsed) : undefined;
  if (wanted !== undefined) {
    const product = await loadProduct(wanted);
    if (own !== undefined && own.file !== product.file) throw otherProduct(world, own, product);
    return product;
  }
  if (settings.siteGiven) return (await openUnfinished(settings.site)).product;
  return own ?? productOfDraft(settings);
}

function otherProduct({ scenario = '' }: World, own: Product, wanted: Product): Fault {
  // A changed copy of a product has its name.
  const named = ({ name, file }: Product) => (own.name === wanted.name ? `${name} (${file})` : name);
  return new Fault({
    what: `The rehearsal ${scenario} is one of ${named(own)}, not of ${named(wanted)}.`,
    why: 'Its machines, its site and its chart are written for one product.',
    next: [
      `With the product of the rehearsal: ${kloudspot('init')}`,
      `Or name a scenario of ${wanted.name}: --rehearse=FILE`,
    ],
    exitCode: exitCode.usage,
  });
}

async function productOfDraft(settings: Settings): Promise<Product> {
  const unfinished = await loadDraft(settings.files).catch(() => undefined);
  const named = unfinished?.draft['product'];
  return loadProduct(typeof named === 'string' ? named : defaultProduct);
}

class Session implements InitSession {
  readonly files;
  readonly product: Product;
  readonly notices: readonly string[];
  readonly follow: Watcher['follow'];
  readonly steer: Watcher['steer'];
  readonly estimate: Watcher['estimate'];
  readonly #settings: Settings;
  readonly #world: World;
  readonly #passwords: Passwords;
  readonly #memory;
  /** By address: what came of the last look. */
  readonly #access = new Map<string, AccessState>();
  /** Fingerprints the operator has accepted: the same key under a new node name is not asked about again. */
  readonly #accepted = new Set<string>();
  /** By address: new host keys that were pinned unasked. */
  readonly #pinned = new Map<string, readonly HostKeyOffer[]>();

  readonly #bundle: string | undefined;
  #looked = false;

  constructor(settings: Settings, world: World, passwords: Passwords, product: Product, bundle: string | undefined) {
    this.#bundle = bundle;
    this.files = settings.files;
    this.product = product;
    this.#settings = settings;
    this.#world = world;
    this.#passwords = passwords;
    const notices: string[] = [];
    this.#memory = openMemory(settings.files, (text) => notices.push(text));
    this.notices = notices;
    ({ follow: this.follow, steer: this.steer, estimate: this.estimate } = watcherOf(this.files, () => this.#memory));
  }

  get rehearsal(): string | undefined {
    return this.#world.scenario;
  }

  async loadDraft() {
    const unfinished = await loadDraft(this.files);
    if (unfinished === undefined) return undefined;
    const text = await textIfPresent(this.#settings.site).catch(() => undefined);
    const source = text === undefined ? undefined : keyLines(text, this.#settings.site);
    return { ...unfinished, draft: this.#bundled(unfinished.draft), at: this.#memory.choice('page'), source };
  }

  rememberPage(page: string): void {
    this.#memory.choose('page', page);
  }

  copyDraft() {
    return copyDraft(this.files, new Date());
  }

  saveDraft(draft: SiteDraft) {
    return saveDraft(this.files, draft);
  }

  async newDraft(): Promise<SiteDraft> {
    return this.#bundled(this.#world.draft ?? (await firstDraft(this.product)));
  }

  #bundled(draft: SiteDraft): SiteDraft {
    return this.#bundle === undefined ? draft : { ...draft, bundle: this.#bundle };
  }

  async loadSite(path: string) {
    if (path.trim() === '') {
      throw new Fault({
        what: 'No site file was named.',
        next: ['Type the path of a site.yaml, such as ./site.yaml.'],
      });
    }
    const { draft, product, open, source } = await openUnfinished(path);
    if (product.file !== this.product.file) {
      throw new Fault({
        what: `This site runs ${product.name}, and these pages ask for ${this.product.name}.`,
        where: path,
        next: [`Leave, then start with it: ${kloudspot(`init --site ${quote(path)}`)}`],
      });
    }
    if (open.length === 0) this.#memory.rememberSite(String(draft['name']), path);
    return { draft: this.#bundled(draft), open, source };
  }

  /** A rehearsal lies under a root of its own; this session stays as it is. */
  async rehearse(): Promise<InitSession> {
    const { color, ascii, acceptNewHostKeys } = this.#settings;
    const rehearsing = settingsFrom({ rehearse: '', color, ascii, 'accept-new-host-keys': acceptNewHostKeys });
    return openInitSession(rehearsing, undefined);
  }

  startFacts(): Promise<StartFacts> {
    return readStartFacts(this.#settings, this.product.file);
  }

  /** Nodes that were looked at before are connected to again. */
  async gather(
    draft: SiteDraft,
    onState: (node: string, state: AccessState) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.#looked = true;
    const tell = (target: HostTarget, state: AccessState) => {
      if (signal.aborted) return;
      const reach = target.addresses[0] ?? '';
      this.#access.set(reach, state);
      onState(target.node, { ...state, ...defined({ pinned: this.#pinned.get(reach) }) });
    };
    const nodes = Array.isArray(draft['nodes']) ? draft['nodes'] : [];
    const targets = nodes.map(draftTarget).filter((target) => target !== undefined);
    await Promise.all(
      targets.map(async (target) => {
        tell(target, { state: 'connecting', sinceMs: Date.now() });
        await this.#world.hosts.forget(target.node);
        tell(target, await reachNode(target, this.#world, this.#trusting(target)));
      }),
    );
  }

  /** Which host keys of a node are pinned: those that were accepted, and with `--accept-new-host-keys` those that are new. */
  #trusting({ addresses: [reach = ''] }: HostTarget): ReachOptions {
    const onNewKeys = (offers: readonly HostKeyOffer[]) => this.#pinned.set(reach, offers);
    return { accepted: this.#accepted, ...(this.#settings.acceptNewHostKeys ? { onNewKeys } : {}) };
  }

  async trust(offers: readonly HostKeyOffer[]): Promise<void> {
    for (const offer of offers) this.#accepted.add(offer.fingerprint);
    await this.#world.pin(offers);
  }

  givePassword(node: string | undefined, kind: 'login' | 'sudo', password: string): void {
    this.#passwords.give(node, kind, password);
  }

  askAddresses(draft: SiteDraft, addresses: readonly string[], signal: AbortSignal): Promise<HeardAddresses> {
    return askAddresses(this.#ready(draft), addresses, this.#world.hosts, { signal });
  }

  askNames(draft: SiteDraft, names: readonly string[], signal: AbortSignal): Promise<HeardNames> {
    return askNames(this.#ready(draft), names, this.#world.hosts, signal);
  }

  /** Nodes of the draft that have answered. */
  #ready(draft: SiteDraft): HostTarget[] {
    const nodes = Array.isArray(draft['nodes']) ? draft['nodes'] : [];
    const targets = nodes.map(draftTarget).filter((target) => target !== undefined);
    return targets.filter(({ addresses: [reach = ''] }) => this.#access.get(reach)?.state === 'ready');
  }

  askPairs(site: Site, facts: ReadonlyMap<string, NodeFacts>, signal: AbortSignal) {
    const { product, world } = this.#opened(site);
    return askPairs({ site, product }, world.hosts, facts, signal);
  }

  judge(draft: SiteDraft) {
    return judgeDraft(draft);
  }

  preflight(site: Site, facts: ReadonlyMap<string, NodeFacts>, signal: AbortSignal): Promise<readonly Finding[]> {
    const reasons = site.nodes.flatMap(({ name, reach }) => {
      const access = this.#access.get(reach);
      const reason = facts.has(name) || access === undefined ? undefined : reasonOf(name, access);
      return reason === undefined ? [] : [[name, reason] as const];
    });
    return judgeSeen(this.#opened(site), { facts, unreached: new Map(reasons) }, this.files, signal);
  }

  async plan(site: Site, facts: ReadonlyMap<string, NodeFacts>, findings: readonly Finding[]): Promise<Plan> {
    const opened = this.#opened(site);
    return planLiving(opened, await lookAtLiving(opened, facts, this.files), { purpose: 'init', findings });
  }

  documents(site: Site) {
    return documentsOf(site, this.product, siteHome(this.#settings), this.files);
  }

  async begin(plan: Plan): Promise<RunHandle> {
    const documents = await this.documents(plan.site);
    const run = await launch(plan, this.#opened(plan.site), this.#settings, {
      verb: 'init',
      attended: true,
      documents,
    });
    await removeDraft(this.files);
    return run;
  }

  #opened(site: Site) {
    return { site, product: productFor(site, this.product), world: this.#world, passwords: this.#passwords };
  }

  /** Pages that were left before they looked at a node leave the machines of a rehearsal as they were. */
  async close(): Promise<void> {
    if (!this.#looked) await restoreMachines(this.#world, this.files);
    await this.#world.close();
  }
}
