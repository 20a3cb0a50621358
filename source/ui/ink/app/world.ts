import type { InitSession } from '../../../app/session.ts';
import type { RunHandle } from '../../../engine/journal/event.ts';
import { isSettled } from '../../../engine/view/view.ts';
import type { ExitCode } from '../../../errors/fault.ts';
import { textAt } from '../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../wizard/draft/draft-nodes.ts';
import { judgeView } from '../../model/judge.ts';
import { reviewOf } from '../../model/review.ts';
import type { Command } from '../store/event.ts';
import { type AppState, factsByNode, viewOf } from '../store/state.ts';
import { faultLines } from './fault-lines.ts';
import { Gathering } from './gathering.ts';
import { Saving } from './saving.ts';
import { Store } from './store.ts';

/** Where a failure is shown. */
const failing: Readonly<Partial<Record<Command['do'], 'check-failed' | 'plan-failed' | 'begin-failed' | 'message'>>> = {
  trust: 'message',
  preflight: 'check-failed',
  plan: 'plan-failed',
  begin: 'begin-failed',
};

/** Does what the screens ask of the session, and brings the news back. The only place in the Ink room that changes anything. */
export class World {
  readonly store: Store;
  #session: InitSession | undefined;
  readonly #given: Promise<InitSession>;
  #run: RunHandle | undefined;
  #looking = new AbortController();
  readonly #following = new AbortController();
  readonly #exit: (code: ExitCode) => void;
  readonly #gathering: Gathering;
  readonly #saving: Saving;

  /** The session may still be on its way: the first page is drawn before it. */
  constructor(session: Promise<InitSession>, state: AppState, exit: (code: ExitCode) => void) {
    this.#given = session;
    this.#exit = exit;
    this.#gathering = new Gathering((reach, access) =>
      this.store.dispatch({ type: 'access', reach, state: access, now: Date.now() }),
    );
    this.#saving = new Saving(
      (at) => this.store.dispatch({ type: 'saved', at }),
      (error) => this.store.dispatch({ type: 'save-failed', why: faultLines(error)[0] ?? '' }),
    );
    this.store = new Store(
      state,
      (command) => this.#perform(command),
      (before, after) => this.#changed(before, after),
    );
  }

  async start(): Promise<void> {
    const session = await this.#given;
    this.#session = session;
    const { product, rehearsal } = session;
    this.store.dispatch({
      type: 'opened',
      product,
      rehearsal,
      canRehearse: rehearsal === undefined && session.rehearse !== undefined,
    });
    const [draft, recent] = await Promise.all([
      session.loadDraft().catch(() => undefined),
      session.recentSites().catch(() => []),
    ]);
    this.store.dispatch({ type: 'start-known', draft, recent });
  }

  async close(): Promise<void> {
    this.#looking.abort();
    this.#following.abort();
    this.#gathering.stop();
    await this.#saving.settled();
    await this.#session?.close();
  }

  get #open(): InitSession {
    if (!this.#session) throw new Error('The session is not open yet.');
    return this.#session;
  }

  #changed(before: AppState, after: AppState): void {
    if (before.draft === after.draft || Object.keys(after.draft).length === 0) return;
    // A draft that was just loaded stands on disk already.
    if (after.savedAt === before.savedAt || after.savedAt === undefined) this.#saving.save(this.#open, after.draft);
    this.#gathering.follow(this.#open, after.draft);
  }

  #perform(command: Command): void {
    this.#do(command).catch((error: unknown) => {
      this.store.dispatch({ type: failing[command.do] ?? 'start-failed', lines: faultLines(error) });
    });
  }

  async #do(command: Command): Promise<void> {
    switch (command.do) {
      case 'new-draft':
        return this.#newDraft();
      case 'load':
        return this.#load(command.path);
      case 'rehearse':
        return this.#rehearse();
      case 'reconnect':
        return this.#reconnect(command.reach);
      case 'trust':
        await this.#open.trust(command.offers);
        return this.#again(command.reaches);
      case 'password':
        return this.#password(command);
      case 'preflight':
        return this.#preflight();
      case 'plan':
        return this.#plan();
      case 'begin':
        return this.#begin();
      case 'steer':
        return this.#steer(command.order);
      case 'exit':
        return this.#exit(command.code);
    }
  }

  async #newDraft(): Promise<void> {
    this.store.dispatch({ type: 'draft', draft: await this.#open.newDraft(), savedAt: undefined });
  }

  async #load(path: string): Promise<void> {
    this.store.dispatch({ type: 'draft', draft: await this.#open.loadSite(path), savedAt: undefined });
  }

  async #rehearse(): Promise<void> {
    const next = await this.#open.rehearse?.();
    if (!next) return;
    await this.#session?.close();
    this.#session = next;
    this.store.dispatch({ type: 'session', product: next.product, rehearsal: next.rehearsal });
  }

  #reconnect(reach: string | undefined): void {
    const { draft, access } = this.store.state;
    const open = draftNodes(draft)
      .map((node) => textAt(node, ['reach']))
      .filter((one) => access.get(one)?.state.state !== 'ready');
    this.#again(reach === undefined ? open : [reach]);
  }

  #again(reaches: readonly string[]): void {
    this.#gathering.again(this.#open, this.store.state.draft, reaches);
  }

  #password(command: Extract<Command, { do: 'password' }>): void {
    this.#open.givePassword(command.node, command.for, command.password);
    const { draft } = this.store.state;
    const one = draftNodes(draft).find((node) => (textAt(node, ['name']) || textAt(node, ['reach'])) === command.node);
    this.#reconnect(one ? textAt(one, ['reach']) : undefined);
  }

  async #preflight(): Promise<void> {
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    const { state } = this.store;
    const judged = judgeView(this.#open, viewOf(state));
    if ('findings' in judged) {
      this.store.dispatch({ type: 'judged', open: judged.findings, site: undefined });
      return;
    }
    this.store.dispatch({ type: 'judged', open: [], site: judged.site });
    const findings = await this.#open.preflight(judged.site, factsByNode(state), signal);
    // The checks' words are loaded here, so that the first page does not wait for them.
    const { checks } = await import('../../../check/checks.ts');
    const titles = new Map(checks.map((check) => [check.id, check.title]));
    if (!signal.aborted) this.store.dispatch({ type: 'checked', findings, titles });
  }

  async #plan(): Promise<void> {
    const { state } = this.store;
    const { site, findings } = state.preflight;
    if (!site) throw new Error('Preflight comes first.');
    const plan = await this.#open.plan(site, factsByNode(state));
    const documents = await this.#open.documents(site);
    const estimateMs = this.#open.estimate(plan, new Set());
    const review = reviewOf({ site, product: state.product, plan, findings: findings ?? [], documents, estimateMs });
    this.store.dispatch({ type: 'planned', plan, review });
  }

  async #begin(): Promise<void> {
    const { plan } = this.store.state.review;
    if (!plan) return;
    this.#saving.drop();
    await this.#saving.settled();
    this.#run = await this.#open.begin(plan);
    this.#gathering.stop();
    this.store.dispatch({ type: 'begun', now: Date.now() });
    await this.#follow(this.#run).catch((error: unknown) =>
      this.store.dispatch({ type: 'run-lost', why: faultLines(error)[0] ?? 'the journal cannot be read' }),
    );
  }

  async #follow(run: RunHandle): Promise<void> {
    for await (const event of this.#open.follow(run, this.#following.signal)) {
      const view = this.store.state.run?.view;
      const settled = new Set(
        [...(view?.steps.values() ?? [])].filter((step) => isSettled(step.state)).map((step) => step.step.id),
      );
      const left = view ? this.#open.estimate(view.plan, settled) : undefined;
      this.store.dispatch({ type: 'run', event, left, now: Date.now() });
    }
  }

  async #steer(order: Extract<Command, { do: 'steer' }>['order']): Promise<void> {
    if (!this.#run) return;
    try {
      await this.#open.steer(this.#run, order);
    } catch (error) {
      // Refused is not lost: the run goes on, and so does its journal.
      this.store.dispatch({ type: 'message', lines: faultLines(error) });
    }
  }
}
