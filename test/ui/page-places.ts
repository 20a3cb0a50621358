import { progress } from '../../source/ui/ink/store/state.ts';

/** What the head of a page says of its place: `2/8 Network`. A page more changes all of them, and no test. */
export const placeOf = (title: string): string => {
  const index = progress.findIndex((stop) => stop.title === title);
  if (index < 0) throw new Error(`no page ${title}`);
  return `${index + 1}/${progress.length} ${title}`;
};

/** The places of the pages in their order, from the first up to and with `last`; `after`: without those up to this one. */
export function placesTo(last: string, after?: string): readonly string[] {
  const titles = progress.map(({ title }) => title);
  return titles.slice(after === undefined ? 0 : titles.indexOf(after) + 1, titles.indexOf(last) + 1).map(placeOf);
}

/** The keys of the pages from the first up to and with `last`; `after`: without those up to this one. */
export const keysTo = (last: string, after?: string): readonly string[] =>
  placesTo(last, after).map((place) => place.slice(0, 1));

/** The key that goes to the page. */
export const keyOf = (title: string): string => placeOf(title).slice(0, 1);
