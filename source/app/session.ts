import type { RunHandle } from '../engine/journal/event.ts';
import type { NodeFacts } from '../facts/facts.ts';
import type { PairAnswers } from '../facts/pairs-probe.ts';
import type { HostKeyOffer } from '../host/host.ts';
import type { Plan } from '../plan/document/document.ts';
import type { Product } from '../product/schema.ts';
import type { Files } from '../site/files.ts';
import type { Finding } from '../site/finding.ts';
import type { KeyLines } from '../site/reading/key-lines.ts';
import type { Site, SiteDraft } from '../site/schema.ts';
import type { HeardAddresses } from './ask-addresses.ts';
import type { HeardNames } from './ask-names.ts';
import type { Watcher } from './follow.ts';
import type { LastRun } from './last-run.ts';

/** Where one node's access stands, as the nodes page shows it. `pinned`: its host keys, where they were new and accepted unasked. */
export type AccessState = Attempt & { readonly pinned?: readonly HostKeyOffer[] };

type Attempt =
  | { readonly state: 'connecting'; readonly sinceMs: number }
  | { readonly state: 'ready'; readonly facts: NodeFacts }
  | { readonly state: 'host-key-unknown'; readonly offers: readonly HostKeyOffer[] }
  | {
      readonly state: 'password-needed';
      readonly for: 'login' | 'sudo';
      /** What was refused and why, such as a wrong password. */
      readonly why: string;
      /** What else helps. */
      readonly next: readonly string[];
    }
  | {
      /** No password changes that: the account has expired, say, or a rule on the node forbids it. */
      readonly state: 'refused';
      readonly for: 'login' | 'sudo';
      readonly why: string;
      readonly next: readonly string[];
    }
  | { readonly state: 'failed'; readonly what: string; readonly next: readonly string[] };

/** What the start page shows: read from files alone, before anything of a session is loaded. */
export interface StartFacts {
  /** Of the product that the pages ask for; undefined where it cannot be read, which opening the session then explains. */
  readonly productName: string | undefined;
  /** The unfinished draft. */
  readonly draft: { readonly name: string; readonly savedAt: Date } | undefined;
  /** The site whose file stands on this machine. */
  readonly installed: { readonly name: string; readonly path: string; readonly run: LastRun } | undefined;
  /** The site file that was given with `--site`. */
  readonly given: string | undefined;
  /** Sites opened before, latest first. */
  readonly recent: readonly { readonly name: string; readonly path: string; readonly at: Date }[];
}

/**
 * What the pages of `init` can do to the world, behind one door, so that the Ink pages, the plain twin and tests share it.
 * Nothing here draws or asks.
 */
export interface InitSession extends Watcher {
  readonly files: Files;
  /** Name of the scenario when this is a rehearsal. */
  readonly rehearsal: string | undefined;
  readonly product: Product;
  /** Another session on simulated nodes, where the start page offers that. The caller closes it; this one stays the caller’s. */
  rehearse?(): Promise<InitSession>;

  /** What went wrong when it was opened and keeps no one from going on, a line each. */
  readonly notices: readonly string[];
  /** What there is to begin with. */
  startFacts(): Promise<StartFacts>;
  /** The unfinished draft, if there is one; `at`: the page where it was left; `source`: the site file beside it. Throws `Fault` when it cannot be read. */
  loadDraft(): Promise<
    | {
        readonly draft: SiteDraft;
        readonly savedAt: Date;
        readonly at?: string | undefined;
        readonly source?: KeyLines | undefined;
      }
    | undefined
  >;
  /** Remembers the page for the next `loadDraft`. */
  rememberPage(page: string): void;
  /** Copies the draft beside itself before another one replaces it. Gives the copy's path; undefined: there was none. */
  copyDraft(): Promise<string | undefined>;
  /** Atomic. Called at every change. */
  saveDraft(draft: SiteDraft): Promise<Date>;
  /** A first draft for a new site, from what this machine and the product already tell. */
  newDraft(): Promise<SiteDraft>;
  /**
   * Reads a site file; `open`: what is missing or wrong in it, a line each, which the pages ask for.
   * Throws `Fault` with every problem, line and column, where the pages could not show it.
   */
  loadSite(path: string): Promise<{
    readonly draft: SiteDraft;
    readonly open: readonly string[];
    readonly source?: KeyLines | undefined;
  }>;

  /** Reaches every node of the draft side by side and reads its facts; calls back whenever one node's state changes. */
  gather(draft: SiteDraft, onState: (node: string, state: AccessState) => void, signal: AbortSignal): Promise<void>;
  /** Pins host keys that the operator has accepted. */
  trust(offers: readonly HostKeyOffer[]): Promise<void>;
  /** Keeps a password in memory for one node, or for all (`undefined`). */
  givePassword(node: string | undefined, kind: 'login' | 'sudo', password: string): void;

  /** The whole site or what is wrong with the draft, each with its field. */
  judge(draft: SiteDraft): { readonly site: Site } | { readonly findings: readonly Finding[] };
  /** Whether someone has these addresses: two of the draft's nodes that answer ask by ARP. Changes nothing. */
  askAddresses(draft: SiteDraft, addresses: readonly string[], signal: AbortSignal): Promise<HeardAddresses>;
  /** Where these names lead: two of the draft's nodes that answer look them up. Changes nothing. */
  askNames(draft: SiteDraft, names: readonly string[], signal: AbortSignal): Promise<HeardNames>;
  /** Every node of this site asks every other one on the ports of the cluster. Changes nothing. */
  askPairs(
    site: Site,
    facts: ReadonlyMap<string, NodeFacts>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PairAnswers>>;
  /** All checks. Live ones (address in use, TLS files) are asked here; the rest is pure. */
  preflight(site: Site, facts: ReadonlyMap<string, NodeFacts>, signal: AbortSignal): Promise<readonly Finding[]>;
  /** `findings`: what the checks found; failures that the operator lets pass are written into the plan. */
  plan(site: Site, facts: ReadonlyMap<string, NodeFacts>, findings: readonly Finding[]): Promise<Plan>;
  /** Texts of site.yaml and values.yaml as they would be written, with what is there now. */
  documents(
    site: Site,
  ): Promise<readonly { readonly path: string; readonly content: string; readonly before: string | undefined }[]>;
  /**
   * Starts the run as a process of its own, which writes site.yaml and values.yaml once it holds the lock; the draft goes then.
   * Throws `Fault` (exit code 5) when another run holds the lock: nothing is written then.
   */
  begin(plan: Plan): Promise<RunHandle>;
  close(): Promise<void>;
}
