import type { PlannedStep } from '../step.ts';

/** Collects steps in order and keeps, for each node and for the cluster, what the next one has to wait for. */
export class StepList {
  readonly steps: PlannedStep[] = [];
  readonly #last = new Map<string, readonly string[]>();
  #cluster: readonly string[] = [];
  #aside: readonly string[] = [];

  /** One more step of a node; it waits for the one before on that node, the first one for the cluster's steps so far. */
  addNode(node: string, step: PlannedStep, also: readonly string[] = []): string {
    this.addNodeSideBySide(node, [step], also);
    return step.id;
  }

  /** Steps of a node that do not wait for each other; the node's next one waits for them all. */
  addNodeSideBySide(node: string, steps: readonly PlannedStep[], also: readonly string[] = []): void {
    const needs = unique([...(this.#last.get(node) ?? this.#cluster), ...also]);
    this.#last.set(
      node,
      steps.map((step) => this.#push(step, needs)),
    );
  }

  /** More steps of the cluster, one after the other; each waits for the cluster's step before. */
  addCluster(...steps: readonly PlannedStep[]): void {
    for (const step of steps) this.#cluster = [this.#push(step, this.#cluster)];
  }

  /** Steps of the cluster that do not wait for each other; the next one waits for them all. `also`: what each one waits for besides. */
  addSideBySide(steps: readonly PlannedStep[], also: (step: PlannedStep) => readonly string[] = () => []): void {
    const before = this.#cluster;
    if (steps.length > 0) this.#cluster = steps.map((step) => this.#push(step, unique([...before, ...also(step)])));
  }

  /** A step that waits for the cluster's steps so far, and that none waits for until `gatherAside`. */
  addAside(step: PlannedStep): void {
    this.#aside = [...this.#aside, this.#push(step, this.#cluster)];
  }

  /** A step that waits for these, and that none waits for. */
  addApart(step: PlannedStep, needs: readonly string[]): void {
    this.#push(step, needs);
  }

  /** From now on the cluster's steps wait for those that went aside. */
  gatherAside(): void {
    this.gather(this.#aside);
    this.#aside = [];
  }

  /** Lines of cluster steps that do not wait for each other; what comes after waits for the end of each. */
  addLines(...lines: readonly (() => void)[]): void {
    const before = this.#cluster;
    const ends = lines.flatMap((add) => {
      this.#cluster = before;
      add();
      return this.#cluster;
    });
    const moved = unique(ends).filter((id) => !before.includes(id));
    this.#cluster = moved.length === 0 ? before : moved;
  }

  /** From now on the cluster's steps wait for these. */
  gather(ids: readonly string[]): void {
    this.#cluster = unique([...this.#cluster, ...ids]);
  }

  /** The last steps of these nodes so far. */
  lastOf(...nodes: readonly string[]): string[] {
    return nodes.flatMap((node) => this.#last.get(node) ?? []);
  }

  #push(step: PlannedStep, needs: readonly string[]): string {
    this.steps.push({ ...step, needs });
    return step.id;
  }
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
