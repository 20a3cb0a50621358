import type { InitSession, StartFacts } from '../../../app/session.ts';
import type { RunHandle } from '../../../engine/journal/event.ts';
import type { ExitCode } from '../../../errors/fault.ts';
import { textAt } from '../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../wizard/draft/draft-nodes.ts';
import { judgeView } from '../../model/judge.ts';
import { reviewOf } from '../../model/review.ts';
import { timeLeftOf } from '../../model/time-left.ts';
import type { Effect } from '../store/effect.ts';
import type { AppEvent } from '../store/event.ts';
import type { RunScreenNews } from '../store/run-state.ts';
import { type AppState, factsByNode, initialState, isScreen, viewOf } from '../store/state.ts';
import { AddressAsking } from './address-asking.ts';
import { faultLines } from './fault-lines.ts';
import { Gathering } from './gathering.ts';
import { Saving } from './saving.ts';
import { Store } from './store.ts';
import { typedAhead } from './typed-ahead.ts';
import { update } from './update.ts';

/** Where a failure is shown. */
const failing: Readonly<Partial<Record<Effect['do'], 'check-failed' | 'plan-failed' | 'begin-failed' | 'message'>>> = {
  trust: 'message',
  preflight: 'check-failed',
  plan: 'plan-failed',
  begin: 'begin-failed',
};

/** What the pages begin with, before the session is open. */
export interface Beginning extends Pick<AppState, 'size' | 'rehearsal' | 'files' | 'canRehearse'> {
  readonly start: StartFacts;
  /** The row of the start page that the pointer is on. Default: the first. */
  readonly index?: number;
  readonly open: () => Promise<InitSession>;
}

type InitStore = Store<AppState, AppEvent, Effect>;

/** Does what the screens ask of the session, and brings the news back. The only place of the Ink pages that changes anything. */
export class Controller {
  readonly store: InitStore;
  /** Rejects with what keeps the session from opening. */
  readonly opened: Promise<void>;
  #open: InitSession | undefined;
  #run: RunHandle | undefined;
  #looking = new AbortController();
  readonly #following = new AbortController();
  readonly #exit: (code: ExitCode) => void;
  readonly #gathering: Gathering;
  readonly #saving: Saving;
  readonly #addresses: AddressAsking;

  constructor(begin: Beginning, exit: (code: ExitCode) => void) {
    this.#exit = exit;
    this.#gathering = new Gathering((reach, access) =>
      this.store.dispatch({ type: 'access', reach, state: access, now: Date.now() }),
    );
    this.#saving = new Saving(
      (at) => this.store.dispatch({ type: 'saved', at }),
      (error) => this.store.dispatch({ type: 'save-failed', why: faultLines(error)[0] ?? '' }),
    );
    this.#addresses = new AddressAsking((news) => this.store.dispatch(news));
    this.store = new Store(initialState({ ...begin, product: undefined }, begin.start, begin.index), {
      update,
      perform: (effect) => this.#perform(effect),
      changed: (before, after) => this.#changed(before, after),
      typedAhead,
    });
    this.opened = begin.open().then((session) => this.#took(session));
  }

  get #session(): InitSession {
    if (this.#open === undefined) throw new Error('The session is not open yet.');
    return this.#open;
  }

  async #took(session: InitSession): Promise<void> {
    const { product, rehearsal, files, notices } = session;
    const unreadable = await session.loadDraft().then(() => [], faultLines);
    this.#open = session;
    this.store.dispatch({ type: 'opened', product, rehearsal, files, problem: [...notices, ...unreadable] });
  }

  async close(): Promise<void> {
    this.#looking.abort();
    this.#following.abort();
    this.#gathering.stop();
    this.#addresses.stop();
    await this.#saving.settled();
    await this.opened.catch(() => undefined);
    await this.#open?.close();
  }

  #changed(before: AppState, after: AppState): void {
    if (before.screen !== after.screen && isScreen(after.screen) && after.screen !== 'run')
      this.#session.rememberPage(after.screen);
    if (this.#open !== undefined) this.#addresses.follow(this.#open, after);
    if (before.draft === after.draft || Object.keys(after.draft).length === 0) return;
    // A draft that was just loaded is on disk already.
    if (after.savedAt === before.savedAt || after.savedAt === undefined) this.#saving.save(this.#session, after.draft);
    this.#gathering.follow(this.#session, after.draft);
  }

  #perform(effect: Effect): void {
    this.#do(effect).catch((error: unknown) => {
      this.store.dispatch({ type: failing[effect.do] ?? 'start-failed', lines: faultLines(error) });
    });
  }

  async #do(effect: Effect): Promise<void> {
    if (effect.do === 'exit') return this.#exit(effect.code);
    // What is asked before the session is open waits for it.
    if (this.#open === undefined) await this.opened;
    switch (effect.do) {
      case 'new-draft':
        return this.#newDraft(effect.replaces);
      case 'continue':
        return this.#continue();
      case 'load':
        return this.#load(effect.path, effect.replaces);
      case 'rehearse':
        return this.#rehearse();
      case 'reconnect':
        return this.#reconnect(effect.reach);
      case 'trust':
        await this.#session.trust(effect.offers);
        return this.#again(effect.reaches);
      case 'password':
        return this.#password(effect);
      case 'preflight':
        return this.#preflight();
      case 'ask-pairs':
        return this.#askPairs(effect.nodes);
      case 'plan':
        return this.#plan();
      case 'begin':
        return this.#begin();
      case 'steer':
        return this.#steer(effect.order);
    }
  }

  async #continue(): Promise<void> {
    const unfinished = await this.#session.loadDraft();
    if (unfinished === undefined) return this.#newDraft(false);
    const at = isScreen(unfinished.at) ? unfinished.at : undefined;
    this.store.dispatch({ type: 'draft', ...unfinished, open: [], at, now: Date.now() });
  }

  async #newDraft(replaces: boolean): Promise<void> {
    await this.#replaceDraft({ draft: await this.#session.newDraft(), open: [] }, replaces);
  }

  async #load(path: string, replaces: boolean): Promise<void> {
    await this.#replaceDraft(await this.#session.loadSite(path), replaces);
  }

  /** The earlier draft is copied before it is replaced. */
  async #replaceDraft(loaded: Awaited<ReturnType<InitSession['loadSite']>>, replaces: boolean): Promise<void> {
    await this.#saving.settled();
    const copy = replaces ? await this.#session.copyDraft() : undefined;
    this.store.dispatch({ type: 'draft', ...loaded, savedAt: undefined, copy, now: Date.now() });
  }

  async #rehearse(): Promise<void> {
    const rehearsal = await this.#session.rehearse?.();
    if (!rehearsal) return;
    await this.#session.close();
    this.#open = rehearsal;
    const { product, files } = rehearsal;
    this.store.dispatch({ type: 'session', product, files, rehearsal: rehearsal.rehearsal });
  }

  #reconnect(reach: string | undefined): void {
    const { draft, access } = this.store.state;
    const open = draftNodes(draft)
      .map((node) => textAt(node, ['reach']))
      .filter((one) => access.get(one)?.state.state !== 'ready');
    this.#again(reach === undefined ? open : [reach]);
  }

  #again(reaches: readonly string[]): void {
    this.#gathering.again(this.#session, this.store.state.draft, reaches);
  }

  #password(effect: Extract<Effect, { do: 'password' }>): void {
    this.#session.givePassword(effect.node, effect.for, effect.password);
    const { draft } = this.store.state;
    const one = draftNodes(draft).find((node) => (textAt(node, ['name']) || textAt(node, ['reach'])) === effect.node);
    this.#reconnect(one ? textAt(one, ['reach']) : undefined);
  }

  async #preflight(): Promise<void> {
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    const { state } = this.store;
    const judged = judgeView(this.#session, viewOf(state));
    if ('findings' in judged) {
      this.store.dispatch({ type: 'judged', open: judged.findings, site: undefined });
      return;
    }
    this.store.dispatch({ type: 'judged', open: [], site: judged.site });
    const findings = await this.#session.preflight(judged.site, factsByNode(state), signal);
    // The checks' words are loaded here, so that the first page does not wait for them.
    const { helpOfChecks } = await import('../../../check/accept.ts');
    const help = helpOfChecks(this.#session.product);
    if (!signal.aborted) this.store.dispatch({ type: 'checked', findings, help });
  }

  async #askPairs(nodes: readonly [string, string] | undefined): Promise<void> {
    const { state } = this.store;
    const { site } = state.preflight;
    if (!site) return;
    const asked =
      nodes === undefined ? site : { ...site, nodes: site.nodes.filter(({ name }) => nodes.includes(name)) };
    const pairs = await this.#session.askPairs(asked, factsByNode(state), this.#looking.signal);
    this.store.dispatch({ type: 'pairs', pairs });
  }

  async #plan(): Promise<void> {
    const { state } = this.store;
    const { site, findings } = state.preflight;
    if (!site) throw new Error('Preflight comes first.');
    const plan = await this.#session.plan(site, factsByNode(state), findings ?? []);
    const documents = await this.#session.documents(site);
    const estimateMs = this.#session.estimate(plan, new Set());
    const { product } = this.#session;
    const review = reviewOf({ site, product, plan, findings: findings ?? [], documents, estimateMs });
    this.store.dispatch({ type: 'planned', plan, review });
  }

  async #begin(): Promise<void> {
    const { plan } = this.store.state.review;
    if (!plan) return;
    this.#saving.drop();
    await this.#saving.settled();
    this.#run = await this.#session.begin(plan);
    this.#gathering.stop();
    this.store.dispatch({ type: 'begun', now: Date.now() });
    await this.#follow(this.#run).catch((error: unknown) =>
      this.#tellRun({ type: 'lost', why: faultLines(error)[0] ?? 'the journal cannot be read' }),
    );
  }

  #tellRun(news: RunScreenNews): void {
    this.store.dispatch({ type: 'run', news, now: Date.now() });
  }

  async #follow(run: RunHandle): Promise<void> {
    for await (const event of this.#session.follow(run, this.#following.signal)) {
      this.#tellRun({ type: 'event', event, left: (view) => timeLeftOf(view, this.#session.estimate) });
    }
  }

  async #steer(order: Extract<Effect, { do: 'steer' }>['order']): Promise<void> {
    if (!this.#run) return;
    try {
      await this.#session.steer(this.#run, order);
    } catch (error) {
      // Refused is not lost: the run goes on, and so does its journal.
      this.#tellRun({ type: 'refused', why: faultLines(error).join(' ') });
    }
  }
}
