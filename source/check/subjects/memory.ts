import type { MemoryFacts } from '../../facts/facts.ts';
import { requirements } from '../../product/features.ts';
import { carriesProduct } from '../../product/shape.ts';
import { gibibyte, gigabytes } from '../../storage/bytes.ts';
import { type Check, fail, nodeCheck, pass, warn } from '../check.ts';

/**
 * How much of a machine's nominal memory the kernel may keep for itself. MemTotal is "physical RAM minus a few reserved
 * bits and the kernel binary code" (https://www.kernel.org/doc/html/latest/filesystems/proc.html): 64 of 4096 bytes for page
 * structures are 1.6 %, firmware and kernel take another half per cent (a 64 GB machine shows 62.7), and Ubuntu's crash
 * kernel up to 1.6 % of 32 GB. That sums up to less than 5 %, while the next smaller machine people build (30 GB instead of
 * 32) is 6 % away and still fails.
 */
const keptByKernel = 0.05;

/** Memory against the product's floor and recommendation. */
export const memory: Check = nodeCheck(
  {
    id: 'memory',
    title: 'Memory',
    why: 'Below the floor the databases are killed under load. The kernel keeps up to 5 % of what the data sheet says; that much less is still taken for the full size.',
    source: "The product's system requirements (its floor and recommendations)",
  },
  'memory',
  ({ totalBytes }, { input, node }) => {
    const { floor, recommended } = requirements(input.product, input.site.features, node.role);
    const seen = gigabytes(totalBytes);
    if (!reaches(totalBytes, floor.memoryGiB)) {
      return fail(seen, `${node.name} has ${seen} of the ${floor.memoryGiB} GB that a ${node.role} needs.`, {
        wanted: `about ${floor.memoryGiB} GB or more`,
        advice: 'Give the machine more memory',
      });
    }
    const sized = input.site.cluster.nodeMemoryGiB ?? 0;
    if (!reaches(totalBytes, sized) && carriesProduct(input.product, input.site.nodes, node.role)) {
      return fail(seen, `${node.name} has ${seen}; cluster.nodeMemoryGiB sizes the product for ${sized} GB.`, {
        wanted: `about ${sized} GB or more`,
        advice: 'Set cluster.nodeMemoryGiB in site.yaml to the memory of the smallest node that runs the product',
      });
    }
    if (!reaches(totalBytes, recommended.memoryGiB)) {
      return warn(seen, `${recommended.memoryGiB} GB are recommended with these features.`, {
        wanted: `${recommended.memoryGiB} GB recommended`,
        advice: 'Add memory or a worker if the load is heavy',
      });
    }
    return pass(seen, 'Enough memory.', { wanted: `about ${recommended.memoryGiB} GB or more` });
  },
);

function reaches(bytes: number, nominalGiB: number): boolean {
  return bytes >= nominalGiB * gibibyte * (1 - keptByKernel);
}

/** How to switch the swap off that is there: compressed memory, a device, or a file. Where none of them was seen, what names it. */
function swapAdvice({ swaps }: MemoryFacts): string {
  if (swaps.length === 0) return 'See what switches it on: systemctl list-units --type=swap';
  const zram = swaps.filter(({ path }) => /^\/dev\/zram\d/.test(path));
  const other = swaps.filter((one) => !zram.includes(one)).map(({ path }) => path);
  return [
    ...(zram.length > 0
      ? ["It is zram: sudo apt-get remove '~i~nzram' removes the package that makes it; then restart"]
      : []),
    ...(other.length > 0 ? [`sudo swapoff ${other.join(' ')}, and remove its line from /etc/fstab`] : []),
  ].join('; ');
}

/** Swap is tolerated, and warned of. */
export const swap: Check = nodeCheck(
  {
    id: 'swap',
    title: 'Swap',
    why: "MicroK8s runs with swap, but a node that swaps answers late: the datastore's heartbeats fail and pods are judged by memory that they do not have.",
    source: 'https://kubernetes.io/docs/concepts/cluster-administration/swap-memory-management/',
  },
  'memory',
  (seen) =>
    seen.swapBytes === 0
      ? pass('none', 'No swap is in use.')
      : warn(gigabytes(seen.swapBytes), `${gigabytes(seen.swapBytes)} of swap are switched on.`, {
          wanted: 'none',
          advice: swapAdvice(seen),
        }),
  'warn',
);
