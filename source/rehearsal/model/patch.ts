import * as z from 'zod';
import { type Cluster, clusterSchema, kubeObjectSchema } from './cluster.ts';
import { machineSchema } from './machine.ts';
import { type State, stateSchema } from './state.ts';
import { takeTouched } from './touched.ts';

const ownSchema = clusterSchema.omit({ objects: true }).partial({ due: true });
const restSchema = stateSchema.omit({ version: true, scenario: true, machines: true, clusters: true });

/** What one change has made of the model: parts that are not named are as they were. */
export const patchSchema = z.object({
  rest: restSchema,
  machines: z.array(machineSchema),
  clusters: z.array(
    z.object({
      id: z.string(),
      /** All but its objects and what is due: that is a line for each pod, and few of them change at a time. */
      own: ownSchema.optional(),
      due: clusterSchema.shape.due.default({}),
      noLongerDue: z.array(z.string()).default([]),
      /** A new cluster: what is put there is all that it has. */
      isNew: z.boolean(),
      put: z.array(z.tuple([z.string(), kubeObjectSchema])),
      removed: z.array(z.string()),
    }),
  ),
  removed: z.array(z.string()),
});
export type Patch = z.output<typeof patchSchema>;

/** Brings a model up to date that was saved before the change. */
export function applyPatch(state: State, patch: Patch): void {
  Object.assign(state, patch.rest);
  for (const machine of patch.machines) {
    const place = state.machines.findIndex(({ id }) => id === machine.id);
    if (place !== -1) state.machines[place] = machine;
  }
  for (const { id, own, isNew, put, removed, due: added, noLongerDue } of patch.clusters) {
    const before = state.clusters[id];
    const due = { ...(own?.due ?? before?.due), ...added };
    for (const key of noLongerDue) delete due[key];
    // Another record: what is known of the keys of this one does not hold any more.
    const objects = { ...(isNew ? {} : before?.objects), ...Object.fromEntries(put) };
    for (const key of removed) delete objects[key];
    const rest = own ?? before;
    if (rest !== undefined) state.clusters[id] = { ...rest, due, objects };
  }
  for (const id of patch.removed) delete state.clusters[id];
}

/** Finds what has changed in a model since it was saved, as a patch in JSON. */
export class Changes {
  /** The JSON of each part as it was saved. */
  readonly #machines = new Map<string, string>();
  readonly #clusters = new Map<string, string>();
  /** What was due in each cluster. */
  readonly #due = new Map<string, Cluster['due']>();
  /** Each cluster's record of objects, by which one is told from a new one. */
  #objects = new Map<string, object>();

  /** Takes the model as saved. */
  constructor(state: State) {
    this.saved(state);
  }

  /** The model was saved as a whole. */
  saved(state: State): void {
    takeTouched(state.machines);
    for (const { objects } of Object.values(state.clusters)) takeTouched(objects);
    this.#objects = new Map(Object.values(state.clusters).map(({ id, objects }) => [id, objects]));
    this.#machines.clear();
    this.#clusters.clear();
    this.#due.clear();
    for (const { id, due } of Object.values(state.clusters)) this.#due.set(id, { ...due });
  }

  /** What has changed, which counts as saved from now on. */
  take(state: State): string {
    const { version: _, scenario: __, machines: ___, clusters, ...rest } = state;
    const removed = [...this.#objects.keys()].filter((id) => clusters[id] === undefined);
    for (const id of removed) {
      this.#objects.delete(id);
      this.#due.delete(id);
    }
    const parts = [
      `"rest":${JSON.stringify(rest)}`,
      `"machines":[${this.#changedMachines(state).join(',')}]`,
      `"clusters":[${Object.values(clusters)
        .flatMap((cluster) => this.#changesOf(cluster))
        .join(',')}]`,
      `"removed":${JSON.stringify(removed)}`,
    ];
    return `{${parts.join(',')}}`;
  }

  #changedMachines({ machines }: State): string[] {
    const touched = takeTouched(machines);
    return machines.flatMap((machine) => {
      if (!touched.has(machine.id)) return [];
      const text = JSON.stringify(machine);
      if (this.#machines.get(machine.id) === text) return [];
      this.#machines.set(machine.id, text);
      return [text];
    });
  }

  #changesOf({ objects, due: allDue, ...own }: Cluster): string[] {
    const isNew = this.#objects.get(own.id) !== objects;
    this.#objects.set(own.id, objects);
    const touched = takeTouched(objects);
    const keys = isNew ? Object.keys(objects) : [...touched];
    const text = JSON.stringify(own);
    const isSame = !isNew && this.#clusters.get(own.id) === text;
    const { due, noLongerDue } = this.#changedDue(own.id, allDue);
    if (isSame && keys.length === 0 && noLongerDue.length === 0 && Object.keys(due).length === 0) return [];
    this.#clusters.set(own.id, text);
    const put = keys.flatMap((key) => (objects[key] === undefined ? [] : [[key, objects[key]]]));
    const removed = keys.filter((key) => objects[key] === undefined);
    const parts = JSON.stringify({ id: own.id, isNew, put, removed, due, noLongerDue });
    return [isSame ? parts : `${parts.slice(0, -1)},"own":${text}}`];
  }

  #changedDue(id: string, now: Cluster['due']): { readonly due: Cluster['due']; readonly noLongerDue: string[] } {
    const before = this.#due.get(id) ?? {};
    this.#due.set(id, before);
    const due: Cluster['due'] = {};
    const noLongerDue: string[] = [];
    for (const [key, time] of Object.entries(now)) if (before[key] !== time) due[key] = time;
    for (const key in before) if (now[key] === undefined) noLongerDue.push(key);
    Object.assign(before, due);
    for (const key of noLongerDue) delete before[key];
    return { due, noLongerDue };
  }
}
