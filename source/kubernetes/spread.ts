/** Ready pods on each node that has some. */
export type Places = readonly { readonly node: string; readonly ready: number }[];

/**
 * Two more on one node than on another that could take them. Only a deployment is spread again by a restart: daemon sets and what
 * keeps data on its node cannot move. `open`: nodes that are ready and take pods.
 */
export function isUneven(kind: string, places: Places, open: number): boolean {
  if (kind !== 'Deployment' || places.length === 0) return false;
  const most = Math.max(...places.map(({ ready }) => ready));
  const least = places.length < open ? 0 : Math.min(...places.map(({ ready }) => ready));
  return most - least > 1;
}
