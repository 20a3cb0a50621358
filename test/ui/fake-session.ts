import type { HeardAddresses } from '../../source/app/ask-addresses.ts';
import type { HeardNames } from '../../source/app/ask-names.ts';
import type { AccessState, InitSession, StartFacts } from '../../source/app/session.ts';
import type { RunEvent, RunEventBody, RunOrder } from '../../source/engine/journal/event.ts';
import type { HostKeyOffer } from '../../source/host/host.ts';
import { filesUnder } from '../../source/site/files.ts';
import type { Finding } from '../../source/site/finding.ts';
import { judgeDraft, parseDraft } from '../../source/site/load.ts';
import type { Site, SiteDraft } from '../../source/site/schema.ts';
import { facts, planOf, product } from './sample.ts';

/** A session whose world answers at once. What was asked of it is in `asked`; its parts can be bent. */
export class FakeSession implements InitSession {
  readonly files = filesUnder('/nowhere');
  readonly product = product;
  readonly rehearsal: string;
  readonly asked: string[] = [];
  readonly notices: string[] = [];
  readonly saved: SiteDraft[] = [];
  readonly orders: RunOrder[] = [];
  readonly passwords: string[] = [];
  first: SiteDraft = { version: 1, product: 'kloudspot', name: 'berlin', nodes: [] };
  draft: { draft: SiteDraft; savedAt: Date } | undefined;
  damaged: Error | undefined;
  /** By reach; else a healthy node. */
  access = new Map<string, AccessState>();
  findings: readonly Finding[] = [
    { check: 'memory', grade: 'pass', nodes: ['ks-1'], seen: '64 GB', reason: 'Enough memory.' },
  ];
  events: readonly RunEventBody[] | undefined;
  #steered: (() => void)[] = [];

  constructor(change: Partial<Pick<FakeSession, 'rehearsal' | 'first' | 'draft' | 'findings' | 'events'>> = {}) {
    this.rehearsal = change.rehearsal ?? 'healthy';
    Object.assign(this, change);
  }

  async loadDraft() {
    if (this.damaged) throw this.damaged;
    return this.draft;
  }

  page: string | undefined;

  rememberPage(page: string): void {
    this.page = page;
  }

  async copyDraft(): Promise<string | undefined> {
    this.asked.push('copy');
    return this.draft ? '/nowhere/site.draft.copy.yaml' : undefined;
  }

  async startFacts(): Promise<StartFacts> {
    const { draft } = this;
    const seen = draft && { name: String(draft.draft['name'] ?? ''), savedAt: draft.savedAt };
    return { productName: product.name, draft: seen, installed: undefined, given: this.given, recent: [] };
  }

  async saveDraft(draft: SiteDraft): Promise<Date> {
    this.saved.push(draft);
    return new Date('2026-01-01T14:02:00');
  }

  async newDraft(): Promise<SiteDraft> {
    return this.first;
  }

  loaded: SiteDraft = parseDraft('version: 1\nname: loaded\n');
  given: string | undefined;
  /** What a loaded file lacks. */
  open: readonly string[] = [];

  async loadSite(path: string) {
    this.asked.push(`load ${path}`);
    return { draft: this.loaded, open: this.open };
  }

  async gather(draft: SiteDraft, onState: (node: string, state: AccessState) => void): Promise<void> {
    const nodes = Array.isArray(draft.nodes) ? draft.nodes : [];
    for (const node of nodes) {
      if (typeof node !== 'object' || node === null || Array.isArray(node)) continue;
      const [name, reach] = [String(node.name ?? node.reach), String(node.reach)];
      onState(name, this.access.get(reach) ?? { state: 'ready', facts: facts(name, reach) });
    }
  }

  readonly addressesAsked: string[] = [];
  async askPairs(site: Site) {
    this.asked.push(`pairs ${site.nodes.map(({ name }) => name).join(' ')}`);
    return new Map();
  }

  /** MACs of strangers by the address that they have. */
  taken = new Map<string, string>();

  async askAddresses(_draft: SiteDraft, addresses: readonly string[]): Promise<HeardAddresses> {
    this.addressesAsked.push(addresses.join(' '));
    return new Map(
      addresses.map((address) => {
        const mac = this.taken.get(address);
        return [address, new Map([['ks-1', mac === undefined ? { state: 'free' } : { state: 'taken', mac }]])];
      }),
    );
  }

  /** Where names lead. */
  names = new Map<string, readonly string[]>();

  readonly namesAsked: string[] = [];
  async askNames(_draft: SiteDraft, names: readonly string[]): Promise<HeardNames> {
    this.namesAsked.push(names.join(' '));
    return new Map(names.map((name) => [name, new Map([['ks-1', this.names.get(name) ?? []]])]));
  }

  async trust(offers: readonly HostKeyOffer[]): Promise<void> {
    this.asked.push(`trust ${offers.map((offer) => offer.node).join(' ')}`);
    for (const offer of offers) this.access.delete(offer.address);
  }

  givePassword(node: string | undefined, kind: 'login' | 'sudo', password: string): void {
    this.passwords.push(`${node ?? 'all'} ${kind} ${password}`);
    this.access.clear();
  }

  judge(draft: SiteDraft) {
    return judgeDraft(draft);
  }

  async preflight() {
    return this.findings;
  }

  async plan(site: Parameters<InitSession['plan']>[0]) {
    return planOf(site);
  }

  async documents() {
    return [
      { path: '/etc/kloudspot/site.yaml', content: 'version: 1\nname: berlin\n', before: 'version: 1\nname: old\n' },
    ];
  }

  async begin() {
    this.asked.push('begin');
    return { id: '7f3a', directory: '/nowhere/7f3a' };
  }

  async *follow(_run: unknown, signal: AbortSignal): AsyncIterable<RunEvent> {
    let at = Date.parse('2026-01-01T15:00:00.000Z');
    for (const event of this.events ?? []) {
      if (signal.aborted) return;
      at += 1000;
      const given = this.orders.length;
      yield { at: new Date(at).toISOString(), ...event };
      if (event.type === 'run-paused' && this.orders.length === given)
        await new Promise<void>((resolve) => this.#steered.push(resolve));
    }
  }

  async steer(_run: unknown, order: RunOrder): Promise<void> {
    this.orders.push(order);
    for (const go of this.#steered.splice(0)) go();
  }

  estimate() {
    return 9 * 60_000;
  }

  async close(): Promise<void> {
    this.asked.push('close');
  }
}
