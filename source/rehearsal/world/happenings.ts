import type { Product } from '../../product/schema.ts';
import { at, type State, type WorldEvent } from '../model/state.ts';
import type { Happening } from '../scenario/happenings.ts';
import type { Scenario } from '../scenario/schema.ts';

const gibibyte = 1024 ** 3;

/** Where the state keeps when an event of the scenario takes place, ms since 1970. */
const keyOf = (place: number): string => `event/${place}`;

/** Puts on the agenda each event of the scenario whose time is known by now, once. */
export function scheduleHappenings(state: State, scenario: Scenario, product: Product): void {
  for (const [place, happening] of scenario.events.entries()) {
    if (state.struck[keyOf(place)] !== undefined) continue;
    if (happening.after === 'product' && !isDeployed(state, product)) continue;
    const time = Math.round(state.time + happening.afterSeconds * 1000);
    state.struck[keyOf(place)] = time;
    for (const [after, event] of eventsOf(happening)) at(state, time + after, event);
  }
}

/** When the next event that was counted from the product takes place; undefined where none is to come. */
export function nextHappening(state: State, scenario: Scenario): number | undefined {
  const times = scenario.events.flatMap(({ after }, place) => {
    const time = state.struck[keyOf(place)];
    return after === 'product' && time !== undefined && time > state.time ? [time] : [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

const isDeployed = (state: State, product: Product): boolean =>
  Object.values(state.clusters).some(({ releases }) =>
    releases.some(
      ({ name, namespace, revisions }) =>
        name === product.release && namespace === product.namespace && revisions.at(-1)?.status === 'deployed',
    ),
  );

/** Each with the ms that it comes after the first. */
function eventsOf({ node: machine, does }: Happening): (readonly [number, WorldEvent])[] {
  switch (does.kind) {
    case 'power':
      return [
        [0, { kind: 'power-off', machine }],
        ...(does.backAfterSeconds === undefined
          ? []
          : [[does.backAfterSeconds * 1000, { kind: 'power-on', machine }] as const]),
      ];
    case 'disk':
      return [[0, { kind: 'disk-lost', machine, disk: does.name }]];
    case 'fill':
      return [
        [0, { kind: 'group-filled', machine, group: does.group, leavesBytes: Math.round(does.leavesGiB * gibibyte) }],
      ];
    case 'certificates':
      return [[0, { kind: 'certificates-ended', machine, days: does.endedDays }]];
  }
}
