import type { NodeFacts } from '../../facts/facts.ts';
import type { Grade } from '../../site/finding.ts';
import { listed } from '../../text/listed.ts';
import { accessAdvice, type CheckInput, type CheckWords, factsOf, type Outcome, pass, warn } from '../check.ts';
import { worst } from '../summary.ts';
import { groups } from './names.ts';

/** Something that each node must have for itself. */
export interface Identity extends CheckWords {
  /** What it is called in a sentence. */
  readonly noun: string;
  /** What must not be another node's, with the name that it is told by; undefined where it was not seen. */
  readonly values: (facts: NodeFacts, input: CheckInput) => ReadonlyMap<string, string> | undefined;
  readonly grade: (input: CheckInput, name: string) => Grade;
  readonly advice: string;
  /** Nodes to which the plan gives another one. */
  readonly changed?: (input: CheckInput, name: string) => readonly string[];
}

/** A value that several nodes have. */
interface Shared {
  readonly nodes: readonly string[];
  readonly name: string;
  readonly grade: Grade;
  /** Those of the nodes to which the plan gives another one: all but one of them, or none. */
  readonly changed: readonly string[];
}

/** What of an identity several nodes have, and what the plan does about it. */
export function judgeAlike(identity: Identity, input: CheckInput): Outcome[] {
  const seen = input.site.nodes.map((node) => {
    const facts = factsOf(input, node);
    return { node: node.name, values: facts && identity.values(facts, input) };
  });
  const names = new Map(seen.flatMap(({ values }) => [...(values ?? [])]));
  const alike = groups(seen.flatMap(({ node, values }) => [...(values?.keys() ?? [])].map((value) => [node, value])));
  const shared = alike.map(([value, nodes]) => sharedBy(nodes, names.get(value) ?? value, identity, input));
  const unseen = seen.filter(({ values }) => values === undefined).map(({ node }) => node);
  const outcomes: Outcome[] = merge(shared, identity);
  if (unseen.length > 0) {
    const reason = `The ${identity.noun} of ${unseen.join(', ')} was not seen.`;
    outcomes.push({ ...warn('not seen', reason, { advice: accessAdvice }), nodes: unseen });
  }
  return outcomes.length > 0 ? outcomes : [pass('all differ', `Every node has its own ${identity.noun}.`)];
}

function sharedBy(nodes: readonly string[], name: string, identity: Identity, input: CheckInput): Shared {
  const own = identity.changed?.(input, name).filter((node) => nodes.includes(node)) ?? [];
  const changed = own.length === nodes.length - 1 ? own : [];
  return { nodes, name, changed, grade: identity.grade(input, name) };
}

/** One finding for each set of nodes and what the plan does about it, however many values they share. */
function merge(shared: readonly Shared[], identity: Identity): Outcome[] {
  const alike = Map.groupBy(shared, ({ nodes, changed }) => `${nodes.join()} ${changed.join()}`);
  return [...alike.values()].flatMap((some) => {
    const [first] = some;
    return first === undefined ? [] : [outcomeOf(first, some, identity)];
  });
}

function outcomeOf({ nodes, changed }: Shared, some: readonly Shared[], identity: Identity): Outcome {
  const names = some.map(({ name }) => name);
  const nouns = names.length === 1 ? identity.noun : `${identity.noun}s`;
  const base = {
    seen: names.length === 1 ? names.join() : `${names.length} alike`,
    wanted: 'different',
    nodes,
  };
  const reason = `${listed(nodes)} have the same ${nouns} (${names.join(', ')}).`;
  if (changed.length === 0) return { ...base, grade: worst(some), reason, advice: identity.advice };
  return {
    ...base,
    grade: 'warn',
    reason: `${reason} The plan gives ${listed(changed)} ${changed.length === 1 ? 'one of its own' : 'others'}.`,
    advice: 'Check in the plan that it is the clone that changes, not the machine it was made from',
  };
}
