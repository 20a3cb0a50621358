import type { NodeFacts } from '../facts/facts.ts';
import type { ThisMachine } from '../host/this-machine.ts';
import type { Product } from '../product/schema.ts';
import type { Finding } from '../site/finding.ts';
import type { KeyLines } from '../site/reading/key-lines.ts';
import type { DraftValue, SiteDraft, SitePath } from '../site/schema.ts';

/** What pages and fields look at. Every UI hands the same in. */
export interface WizardView {
  readonly draft: SiteDraft;
  readonly product: Product;
  /** By node name or, before a name is known, by `reach`. */
  readonly facts: ReadonlyMap<string, NodeFacts>;
  /** Files that the draft names, and the time. */
  readonly machine: ThisMachine;
  /** The site file that the draft comes from, where there is one. */
  readonly source?: KeyLines | undefined;
  /** Addresses that no machine answered for when nodes asked by ARP. */
  readonly free?: ReadonlySet<string>;
}

/** What is typed or chosen. */
export type FieldKind = 'text' | 'number' | 'toggle' | 'choice' | 'file';

/** One of the values that can be chosen. */
export interface FieldChoice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
  /** Shown with its reason, and never taken. */
  readonly unusable?: true;
}

/** One question. One definition serves the Ink page, plain mode and the messages about site.yaml. */
export interface Field {
  /** Unique on its page: `nodes.0.name`. */
  readonly id: string;
  /** Where its answer lies in the site. */
  readonly path: SitePath;
  readonly kind: FieldKind;
  /** Short, for a table head or a form label. */
  readonly label: string;
  /** The same as a full question, for plain mode. */
  readonly question: string;
  /** Shown on `?`: what it is for, what happens with it, an example. */
  readonly help: string;
  /** Row of a table (node name or number) when the page is a table; fields of one row share it. */
  readonly row?: string;
  readonly choices?: readonly FieldChoice[];
  /** Stands there until another is typed. `seen`: it comes from the facts. */
  readonly fallback?: { readonly value: DraftValue; readonly from: 'seen' | 'default' | 'computed' };
  readonly required: boolean;
  /** Rarely needed: plain mode asks it only when it is wanted. */
  readonly rare?: true;
  /** Usually the same for every row: plain mode asks it once. */
  readonly alike?: true;
  /** Typed when the row was added: plain mode asks it only when it is wrong. */
  readonly listed?: true;
  /** Unit shown behind the value: `GB`. */
  readonly unit?: string;
  /** From typed text to the site's value, or what is wrong and what to do, in one line. */
  parse(text: string): Parsed;
  /** Where the answer is not a plain value at `path`: a toggle that stands for one entry of a list. */
  readonly read?: (draft: SiteDraft) => DraftValue;
  readonly write?: (draft: SiteDraft, value: DraftValue) => SiteDraft;
}

/** What a typed text means, or what is wrong with it. */
export type Parsed = { readonly value: DraftValue } | { readonly problem: string };

/** A table that rows can be added to and removed from (the nodes). */
export interface Rows {
  readonly path: SitePath;
  readonly singular: string;
  readonly minimum: number;
  /** What adding makes of a typed address, name or range. */
  add(view: WizardView, text: string): { readonly rows: readonly DraftValue[] } | { readonly problem: string };
}

/** One page of questions. */
export interface Page<Id extends string = string> {
  /** Its name in the list of pages (pages.ts), from which the progress line, the number keys and both UIs follow. */
  readonly id: Id;
  /** One word for the progress line. */
  readonly title: string;
  /** One sentence under it. */
  readonly intro: string;
  readonly rows?: Rows;
  fields(view: WizardView): readonly Field[];
  /** Across fields; pure and fast. Every finding names its field where there is one. */
  validate(view: WizardView): readonly Finding[];
  /** Short lines that the facts already tell (a total, what a node lacks). */
  notes?(view: WizardView): readonly Note[];
}

/** A line under the fields of a page. */
export interface Note {
  readonly grade: 'pass' | 'warn' | 'fail' | 'plain';
  readonly text: string;
  /** What to do. It may hold commands, so it is shown whole or not at all. */
  readonly remedy?: string;
  readonly row?: string;
}
