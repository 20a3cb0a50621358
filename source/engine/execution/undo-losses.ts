// What an undo takes with it beyond what its steps made.
import type { Plan } from '../../plan/document/document.ts';
import type { PlannedStep } from '../../plan/step.ts';
import { installedHere } from '../../plan/steps/microk8s-install.ts';
import type { RunPast } from '../journal/past.ts';

/** Whether MicroK8s goes from the last manager, and with it everything that was ever put into the cluster. */
export function removesCluster(
  steps: readonly PlannedStep[],
  { steps: all, site }: Pick<Plan, 'steps' | 'site'>,
  past: RunPast,
): boolean {
  const installs = all.filter(({ kind }) => kind === 'microk8s-install');
  const ours = installs.filter(({ id }) => past.of(id).remembered.has(installedHere));
  const going = ours.filter((install) => steps.some(({ id }) => id === install.id)).map(({ node }) => node);
  const stays = (name: string) => {
    const install = installs.find(({ node }) => node === name);
    return install === undefined || (past.of(install.id).state === 'done' && !ours.includes(install));
  };
  const managers = site.nodes.filter(({ role }) => role === 'manager').map(({ name }) => name);
  return going.length > 0 && managers.every((name) => going.includes(name) || !stays(name));
}

/** With these a node leaves the cluster, or loses MicroK8s. */
const leaving = new Set(['microk8s-install', 'join-manager', 'join-worker']);

/** Whether the node of this step leaves the cluster with it. */
export const leavesCluster = ({ kind }: Pick<PlannedStep, 'kind'>): boolean => leaving.has(kind);

/** Whether data goes for good: with a node, with the volume of the shared pool, or with a service that keeps some. */
export const losesData = (steps: readonly PlannedStep[]): boolean =>
  steps.some(
    (step) =>
      step.undoable &&
      (leavesCluster(step) ||
        step.kind === 'shared-volume' ||
        (step.kind === 'cluster-service' && hasClaims(step.parameters))),
  );

const hasClaims = ({ claims }: PlannedStep['parameters']): boolean => Array.isArray(claims) && claims.length > 0;
