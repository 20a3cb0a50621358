import type { FactPart, NodeFacts } from '../facts/facts.ts';
import type { Product } from '../product/schema.ts';
import type { Finding, Grade } from '../site/finding.ts';
import type { Site, SiteNode } from '../site/schema.ts';
import type { LiveEvidence } from './evidence.ts';

/** Everything that checks look at. Pure data. */
export interface CheckInput {
  readonly site: Site;
  readonly product: Product;
  /** By node name. A node that was not reached has none. */
  readonly facts: ReadonlyMap<string, NodeFacts>;
  /** What had to be asked live; a check that needs it says so where it is missing. */
  readonly evidence?: LiveEvidence;
}

/** The words of a check: what a table, `explain` and the documentation show. */
export interface CheckWords {
  /** Such as `cpu-flags`. */
  readonly id: string;
  /** A few words for a table row. */
  readonly title: string;
  /** Why it matters, in plain words, up to three sentences. */
  readonly why: string;
  /** Where the rule comes from: a URL, or a document's section. */
  readonly source: string;
}

/** Its words with what an operator may do about a failure. */
export interface CheckHelp extends Omit<CheckWords, 'id'> {
  /** Why its failure cannot be accepted. */
  readonly strict?: string;
}

export interface Check extends CheckWords {
  /** Without it nothing can be done, so that its failure is never accepted. */
  readonly strict?: true;
  readonly about: 'node' | 'pair' | 'site';
  /** All findings, passes included. Never throws on facts that are missing. */
  judge(input: CheckInput): readonly Finding[];
}

/** What is the same for all nodes of an input is worked out once for it, so that a check stays linear in nodes. */
export function perInput<T>(workOut: (input: CheckInput) => T): (input: CheckInput) => T {
  const known = new WeakMap<CheckInput, { readonly value: T }>();
  return (input) => {
    const before = known.get(input) ?? { value: workOut(input) };
    known.set(input, before);
    return before.value;
  };
}

/** What one judgement says; the builders below add check and nodes. */
export type Outcome = Omit<Finding, 'check' | 'nodes'> & { readonly nodes?: readonly string[] };

/** One node as a check sees it. */
export interface AboutNode {
  readonly node: SiteNode;
  /** Its place in the site's list. */
  readonly index: number;
  readonly facts: NodeFacts;
  readonly input: CheckInput;
}

type Rest = Pick<Outcome, 'wanted' | 'advice' | 'field' | 'follows'>;

export function pass(seen: string, reason: string, rest: Rest = {}): Outcome {
  return { grade: 'pass', seen, reason, ...rest };
}

/** What does not pass always says what to do. */
type Advised = Rest & { readonly advice: string };

export function warn(seen: string, reason: string, rest: Advised): Outcome {
  return { grade: 'warn', seen, reason, ...rest };
}

export function fail(seen: string, reason: string, rest: Advised): Outcome {
  return { grade: 'fail', seen, reason, ...rest };
}

/** For facts that are missing. */
export const accessAdvice = 'Fix the access to the node first, then check again.';

/** For a part of the facts that could not be read. */
export const unreadAdvice = 'Run the command that is named on the node, as root, then check again.';

/** Shown in a cell whose facts are missing. */
export const notSeen = 'not seen';

/**
 * A check that judges each node by one part of its facts. Where the part is missing the finding has the grade
 * `unseen`: nothing is passed that was not seen.
 */
export function nodeCheck<Part extends FactPart>(
  words: CheckWords,
  part: Part,
  judge: (seen: NonNullable<NodeFacts[Part]>, about: AboutNode) => Outcome | readonly Outcome[],
  unseen: Grade = 'fail',
): Check {
  return {
    ...words,
    about: 'node',
    judge: (input) =>
      input.site.nodes.flatMap((node, index) => {
        const facts = factsOf(input, node);
        const seen = facts?.[part];
        const outcomes =
          facts && seen ? [judge(seen, { node, index, facts, input })].flat() : [missing(node, facts, part, unseen)];
        return outcomes.map((outcome) => ({ check: words.id, nodes: [node.name], ...outcome }));
      }),
  };
}

/** A check on the site as a whole, or on pairs of nodes: outcomes name their nodes themselves. */
export function siteCheck(
  words: CheckWords,
  judge: (input: CheckInput) => Outcome | readonly Outcome[],
  about: 'site' | 'pair' = 'site',
): Check {
  return {
    ...words,
    about,
    judge: (input) => [judge(input)].flat().map((outcome) => ({ check: words.id, nodes: [], ...outcome })),
  };
}

/** Facts of a node; before it had its name they were kept by the address it was reached at. */
export function factsOf(input: Pick<CheckInput, 'facts'>, node: SiteNode): NodeFacts | undefined {
  return input.facts.get(node.name) ?? input.facts.get(node.reach);
}

function missing(node: SiteNode, facts: NodeFacts | undefined, part: FactPart, grade: Grade): Outcome {
  const why = facts?.problems[part];
  const reason = facts
    ? `${node.name} answered, but this could not be read${why ? `: ${why}` : ''}.`
    : `${node.name} was not reached.`;
  if (!facts) return { grade, seen: notSeen, reason, advice: accessAdvice, follows: 'access' };
  const follows = part === 'microk8s' && facts.packages?.snapdProblem !== undefined ? 'snapd' : 'facts-complete';
  return { grade, seen: notSeen, reason, advice: unreadAdvice, follows };
}
