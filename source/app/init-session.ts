import { readFile } from 'node:fs/promises';
import { runChecks } from '../check/run.ts';
import type { RunHandle, RunOrder } from '../engine/journal/event.ts';
import { followRun } from '../engine/journal/follow.ts';
import { launchRun } from '../engine/worker/launch.ts';
import { steerRun } from '../engine/worker/steer.ts';
import { Fault } from '../errors/fault.ts';
import { isMissing } from '../errors/thrown.ts';
import type { NodeFacts } from '../facts/facts.ts';
import type { HostKeyOffer } from '../host/host.ts';
import type { Passwords } from '../host/secrets.ts';
import { writeAtomic } from '../host/write-atomic.ts';
import { openMemory } from '../operator/memory.ts';
import type { Plan } from '../plan/document/document.ts';
import { makePlan } from '../plan/plan.ts';
import { valuesText } from '../plan/values.ts';
import { loadSiteWithProduct } from '../product/fit.ts';
import { loadProduct } from '../product/load.ts';
import type { Product } from '../product/schema.ts';
import type { Finding } from '../site/finding.ts';
import { judgeDraft, parseDraft } from '../site/load.ts';
import { loadDraft, removeDraft, saveDraft, saveSite, siteText } from '../site/save.ts';
import type { Site, SiteDraft } from '../site/schema.ts';
import { defaultProduct } from '../site/schema.ts';
import { gatherEvidence } from './evidence.ts';
import { firstDraft } from './first-draft.ts';
import { reachNodes } from './gather.ts';
import { program } from './program.ts';
import type { AccessState, InitSession } from './session.ts';
import { type Settings, settingsFrom } from './settings.ts';
import { givenPasswords } from './site.ts';
import { timeLeft } from './time-left.ts';
import { openWorld, type World } from './world.ts';

/** The door between the pages of `init` and the world. `productName`: for a new site; a site file or draft names its own. */
export async function openInitSession(settings: Settings, productName: string | undefined): Promise<InitSession> {
  const passwords = await givenPasswords(settings);
  const [world, product] = await Promise.all([
    openWorld({ files: settings.files, passwords, rehearsal: settings.rehearsal, fresh: true }),
    productName === undefined ? productOfSite(settings) : loadProduct(productName),
  ]);
  return new Session(settings, world, passwords, product);
}

async function productOfSite(settings: Settings): Promise<Product> {
  if (settings.siteGiven) return (await loadSiteWithProduct(settings.site)).product;
  const unfinished = await loadDraft(settings.files).catch(() => undefined);
  const named = unfinished?.draft['product'];
  return loadProduct(typeof named === 'string' ? named : defaultProduct);
}

class Session implements InitSession {
  readonly files;
  readonly product: Product;
  readonly #settings: Settings;
  readonly #world: World;
  readonly #passwords: Passwords;
  readonly #memory;
  /** Fingerprints the operator has accepted: the same key under a new node name is not asked about again. */
  readonly #accepted = new Set<string>();

  constructor(settings: Settings, world: World, passwords: Passwords, product: Product) {
    this.files = settings.files;
    this.product = product;
    this.#settings = settings;
    this.#world = world;
    this.#passwords = passwords;
    this.#memory = openMemory(settings.files);
  }

  get rehearsal(): string | undefined {
    return this.#world.scenario;
  }

  loadDraft() {
    return loadDraft(this.files);
  }

  saveDraft(draft: SiteDraft) {
    return saveDraft(this.files, draft);
  }

  async newDraft(): Promise<SiteDraft> {
    if (this.#settings.siteGiven) return this.loadSite(this.#settings.site);
    return this.#world.draft ?? firstDraft(this.product);
  }

  async loadSite(path: string): Promise<SiteDraft> {
    const { site, text, product } = await loadSiteWithProduct(path);
    if (product.file !== this.product.file) {
      throw new Fault({
        what: `This site runs ${product.name}, and these pages ask for ${this.product.name}.`,
        where: path,
        next: [`Leave, and begin with it: kloudspot init --site ${path}`],
      });
    }
    this.#memory.rememberSite(site.name, path);
    return parseDraft(text);
  }

  /** A rehearsal lies under a root of its own; this session stays as it is. */
  async rehearse(): Promise<InitSession> {
    const rehearsing = settingsFrom({ rehearse: '', color: this.#settings.color, ascii: this.#settings.ascii });
    return openInitSession(rehearsing, this.product.file);
  }

  async recentSites() {
    return this.#memory.recentSites();
  }

  gather(draft: SiteDraft, onState: (node: string, state: AccessState) => void, signal: AbortSignal): Promise<void> {
    return reachNodes(draft, {
      world: this.#world,
      passwords: this.#passwords,
      accepted: this.#accepted,
      onState,
      signal,
    });
  }

  async trust(offers: readonly HostKeyOffer[]): Promise<void> {
    for (const offer of offers) this.#accepted.add(offer.fingerprint);
    await this.#world.pin(offers);
  }

  givePassword(node: string | undefined, kind: 'login' | 'sudo', password: string): void {
    this.#passwords.give(node, kind, password);
  }

  judge(draft: SiteDraft) {
    return judgeDraft(draft);
  }

  async preflight(
    site: Site,
    facts: ReadonlyMap<string, NodeFacts>,
    _signal: AbortSignal,
  ): Promise<readonly Finding[]> {
    const evidence = await gatherEvidence(site, this.#world.hosts, this.#world.clock, {
      passwordsInMemory: this.#passwords.all().length > 0,
    });
    return runChecks({ site, product: this.product, facts, evidence });
  }

  async plan(site: Site, facts: ReadonlyMap<string, NodeFacts>): Promise<Plan> {
    return makePlan({ purpose: 'init', site, product: this.product, facts, now: new Date(this.#world.clock.now()) });
  }

  async documents(site: Site) {
    const [siteBefore, valuesBefore] = await Promise.all([textOf(this.#settings.site), textOf(this.files.values)]);
    return [
      { path: this.#settings.site, content: siteText(site, siteBefore), before: siteBefore },
      { path: this.files.values, content: valuesText(site, this.product), before: valuesBefore },
    ];
  }

  async write(site: Site): Promise<void> {
    await saveSite(this.#settings.site, site);
    await writeAtomic(this.files.values, valuesText(site, this.product), 0o600);
    await removeDraft(this.files);
    this.#memory.rememberSite(site.name, this.#settings.site);
  }

  begin(plan: Plan): Promise<RunHandle> {
    const { scenario } = this.#world;
    const speed = this.#settings.rehearsal?.speed;
    return launchRun({
      plan,
      files: this.files,
      passwords: this.#passwords,
      program,
      attended: true,
      ...(scenario !== undefined && speed !== undefined ? { rehearsal: { scenario, speed } } : {}),
    });
  }

  follow(run: RunHandle, signal: AbortSignal) {
    return followRun(run.directory, { signal });
  }

  steer(run: RunHandle, order: RunOrder): Promise<void> {
    return steerRun(this.files, run.id, order);
  }

  estimate(plan: Plan, doneSteps: ReadonlySet<string>): number | undefined {
    return timeLeft(plan, doneSteps, this.#memory.stepTime);
  }

  close(): Promise<void> {
    return this.#world.close();
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new Fault({ what: `${path} cannot be read.`, where: path, cause: error, next: ['Look at its permissions.'] });
  }
}
