import { exitCode, Fault } from '../../errors/fault.ts';
import type { Site } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { didYouMean } from '../../text/nearest.ts';
import { counted } from '../../text/plural.ts';
import { refuseLastCopies } from './refusals.ts';
import type { StandingCluster } from './standing.ts';

/** Throws `Fault` (exit code 6) where the cluster is not whole, or would not survive that this node is away. */
export function refuseDrill(name: string, site: Pick<Site, 'nodes'>, standing: StandingCluster): void {
  const node = standing.nodes.find((each) => each.name === name);
  const wanted = site.nodes.find((each) => each.name === name);
  const stop = (what: string, why: string, next: readonly string[] = [kloudspot('status')]): never => {
    throw new Fault({ what, why, unchanged: true, next, exitCode: exitCode.refused });
  };
  if (node === undefined || wanted === undefined) {
    const names = site.nodes.map((each) => each.name);
    throw new Fault({
      what: `The cluster has no node ${name}.`,
      next: [...didYouMean(name, names), `Nodes: ${names.join(', ')}`],
      exitCode: exitCode.usage,
    });
  }
  if (wanted.local)
    stop(
      `kloudspot runs on ${name}: it could not measure while cut off.`,
      'The cluster is queried from here during the drill.',
      ['Run the drill from a workstation or from another node.'],
    );
  const lost = standing.nodes.filter(({ ready }) => !ready).map((each) => each.name);
  if (lost.length > 0)
    stop(`${lost.join(', ')} ${lost.length === 1 ? 'is' : 'are'} lost already.`, 'A drill needs a healthy cluster.');
  const voters = standing.members.filter(({ role }) => role === 'voter');
  const votes = voters.some(({ address }) => address === node.address);
  if (votes && (voters.length - 1) * 2 <= voters.length)
    stop(
      `Without ${name} the datastore would lose its quorum.`,
      `It has ${counted(voters.length, 'voting member')}; more than half must be online.`,
      ['A cluster of three managers survives the loss of one.'],
    );
  refuseLastCopies(standing, new Set([name]), { forGood: false });
}
