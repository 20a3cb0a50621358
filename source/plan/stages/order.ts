import type { PlannedStep } from '../step.ts';

/** Collects steps in order and keeps, for each node and for the cluster, what the next one has to wait for. */
export class StepList {
  readonly steps: PlannedStep[] = [];
  readonly #last = new Map<string, string>();
  #cluster: readonly string[] = [];

  /** One more step of a node; it waits for the one before on that node. */
  addNode(node: string, make: (needs: readonly string[]) => PlannedStep, also: readonly string[] = []): string {
    const before = this.#last.get(node);
    const step = this.#push(make(unique([...(before === undefined ? [] : [before]), ...also])));
    this.#last.set(node, step.id);
    return step.id;
  }

  /** One more step of the cluster; it waits for the cluster's step before. */
  addCluster(make: (needs: readonly string[]) => PlannedStep, also: readonly string[] = []): string {
    const step = this.#push(make(unique([...this.#cluster, ...also])));
    this.#cluster = [step.id];
    return step.id;
  }

  /** Steps of the cluster that do not wait for each other; the next one waits for them all. */
  addSideBySide(makes: readonly ((needs: readonly string[]) => PlannedStep)[]): void {
    const before = this.#cluster;
    if (makes.length > 0) this.#cluster = makes.map((make) => this.#push(make(before)).id);
  }

  /** From now on the cluster's steps wait for these. */
  gather(ids: readonly string[]): void {
    this.#cluster = unique([...this.#cluster, ...ids]);
  }

  /** The last step of a node so far, as a list to wait for. */
  lastOf(...nodes: readonly string[]): string[] {
    return nodes.flatMap((node) => this.#last.get(node) ?? []);
  }

  #push(step: PlannedStep): PlannedStep {
    this.steps.push(step);
    return step;
  }
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
