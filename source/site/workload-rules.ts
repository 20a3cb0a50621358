import ipaddr from 'ipaddr.js';
import type { ClusterRanges } from '../microk8s/node.ts';
import { type PlacedNode, workloadAddressProblem, workloadRangeProblem } from './address-rules.ts';
import { type Complaint, dotted } from './reading/complaint.ts';
import type { SitePath } from './schema.ts';

/** `network.workload` as far as it can be read; its range can. */
export interface WorkloadNetwork {
  readonly range: string;
  readonly addresses: Readonly<Record<string, string | undefined>>;
}

/** What is wrong with the second network beside the form of its values: it overlaps another one, or an address is not its own. */
export function workloadComplaints(
  workload: WorkloadNetwork | undefined,
  virtualAddress: string | undefined,
  nodes: readonly PlacedNode[],
  ranges: ClusterRanges,
): Complaint[] {
  if (workload === undefined) return [];
  const place = ['network', 'workload'];
  const overlap = workloadRangeProblem(workload.range, nodes, ranges);
  const field = [...place, 'range'];
  const served = Object.keys(workload.addresses).length > 0;
  const unheld = served && virtualAddress === undefined ? [withoutVirtual] : [];
  return [
    ...unheld,
    ...(overlap === undefined ? [] : [complaint(field, workload.range, 'a network that nothing else uses', overlap)]),
    ...Object.entries(workload.addresses).flatMap(([name, address], index, all) => {
      if (address === undefined || !ipaddr.IPv4.isValidFourPartDecimal(address)) return [];
      const before = all.slice(0, index).find(([, other]) => other === address);
      const twin = address === virtualAddress ? 'the virtual address' : before && `that of ${before[0]}`;
      const problem =
        twin === undefined ? workloadAddressProblem(address, workload.range, nodes) : `${address} is ${twin} already`;
      const at = [...place, 'addresses', name];
      return problem === undefined ? [] : [complaint(at, address, `a free address of ${workload.range}`, problem)];
    }),
  ];
}

/** MetalLB is set up with the virtual address. */
const withoutVirtual: Complaint = {
  field: ['network', 'virtualAddress'],
  found: 'missing',
  expected: 'a free address for the whole cluster',
  text: 'network.virtualAddress is missing, expected a free address for the whole cluster, because network.workload has addresses',
};

const complaint = (field: SitePath, found: string, expected: string, problem: string): Complaint => ({
  field,
  found: `"${found}"`,
  expected,
  text: `${dotted(field)}: ${problem}`,
});
