/** What the cluster is called where the program asks for a node. */
const outsideNode = 'kubernetes';

const isKeyed = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A site on a cluster that is there already names no nodes: one entry stands for the way to its API. */
export function withOutsideNode(value: unknown): unknown {
  if (!isKeyed(value) || !('cluster' in value) || !isKeyed(value.cluster) || !('kubeconfig' in value.cluster))
    return value;
  const { kubeconfig } = value.cluster;
  const node = { name: outsideNode, reach: 'localhost', role: 'manager', local: true, kubeconfig };
  return { network: {}, ...value, nodes: [node] };
}
