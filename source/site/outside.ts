import { isMapping } from '../text/mapping.ts';

/** What the cluster is called where the program asks for a node. */
const outsideNode = 'kubernetes';

/** A site on a cluster that is there already names no nodes: one entry stands for the way to its API. */
export function withOutsideNode(value: unknown): unknown {
  if (!isMapping(value) || !('cluster' in value) || !isMapping(value.cluster) || !('kubeconfig' in value.cluster))
    return value;
  const { kubeconfig } = value.cluster;
  const node = { name: outsideNode, reach: 'localhost', role: 'manager', local: true, kubeconfig };
  return { network: {}, ...value, nodes: [node] };
}
