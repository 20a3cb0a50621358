import { Fault } from '../errors/fault.ts';
import type { Product } from '../product/schema.ts';
import { kloudspot } from '../text/command.ts';
import { defined } from '../text/defined.ts';
import { nearest } from '../text/nearest.ts';
import type { CheckHelp } from './check.ts';
import { checks, findCheck } from './checks.ts';

/** Why a failure of this check cannot be accepted; undefined: it can. */
export function strictness(id: string, product: Product): string | undefined {
  if (findCheck(id)?.strict) return 'Nothing could be done on the node.';
  return product.nodes.strictChecks.includes(id) ? `${product.name} does not run without it.` : undefined;
}

/** The words of all checks, by their names. */
export function helpOfChecks(product: Product): ReadonlyMap<string, CheckHelp> {
  return new Map(
    checks.map(({ id, title, why, source }) => [
      id,
      { title, why, source, ...defined({ strict: strictness(id, product) }) },
    ]),
  );
}

/** Throws a `Fault` (exit code 2) for a name that is not a check's, and for a check whose failure cannot be accepted. */
export function refuseAcceptance(ids: readonly string[], product: Product): void {
  for (const id of ids) {
    if (findCheck(id) === undefined) throw unknownCheck(id);
    const why = strictness(id, product);
    if (why !== undefined)
      throw new Fault({
        what: `A failure of ${id} cannot be accepted.`,
        why,
        next: [`${kloudspot(`explain ${id}`)}  says why it matters.`],
      });
  }
}

/** For a name that no check has, with the nearest one. */
export function unknownCheck(id: string): Fault {
  const near = nearest(
    id,
    checks.map((check) => check.id),
  );
  return new Fault({
    what: `Unknown check ${id}.`,
    next: [...(near === undefined ? [] : [`Did you mean ${near}?`]), `${kloudspot('explain')}  lists them.`],
  });
}
