import type { LiveEvidence } from '../check/evidence.ts';
import { chartsOf, serversOf } from '../check/servers.ts';
import { unlessFault } from '../errors/unless-fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { parseReachAnswer, type ReachAnswer, reachDeadline, reachProbe } from '../facts/reach-probe.ts';
import type { HostPool } from '../host/host.ts';
import { gatewayOf } from '../network/netplan.ts';
import { proxyEnvironment, proxySettings } from '../network/proxy.ts';
import { targetOf } from '../network/targets.ts';
import type { SiteNode } from '../site/schema.ts';
import { defined } from '../text/defined.ts';
import type { Asked } from './ask-pairs.ts';

/** Every node that was seen looks up names, asks servers and measures its disk. Changes nothing; never throws for a node. */
export async function askReach(
  asked: Asked,
  hosts: HostPool,
  facts: ReadonlyMap<string, NodeFacts>,
  signal: AbortSignal | undefined,
): Promise<NonNullable<LiveEvidence['reach']>> {
  const seen = asked.site.nodes.filter(({ name }) => facts.has(name));
  const answers = await Promise.all(
    seen.map(async (node) => [node.name, await ask(asked, hosts, node, facts.get(node.name), signal)] as const),
  );
  return new Map(answers.flatMap(([name, answer]) => (answer === undefined ? [] : [[name, answer]])));
}

async function ask(
  { site, product }: Asked,
  hosts: HostPool,
  node: SiteNode,
  facts: NodeFacts | undefined,
  signal: AbortSignal | undefined,
): Promise<ReachAnswer | undefined> {
  const proxy = proxySettings(site, []);
  const task = {
    names: [site.customer.dnsName],
    search: facts?.network?.search ?? [],
    gateways: [gatewayOf(site, node, facts)].filter((gateway) => gateway !== undefined),
    urls: serversOf(site, product).map(({ url }) => url),
    charts: chartsOf(site, product),
    ...defined({ proxy: proxy && proxyEnvironment(proxy) }),
  };
  return unlessFault(async () => {
    const host = await hosts.get(targetOf(node));
    const options = { sudo: facts?.access.sudo !== 'refused', deadline: reachDeadline, ...defined({ signal }) };
    const { stdout } = await host.run(reachProbe(task), options);
    return parseReachAnswer(stdout);
  });
}
