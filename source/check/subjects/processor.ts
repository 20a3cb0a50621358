import { requirements } from '../../product/features.ts';
import { type Check, fail, nodeCheck, pass, warn } from '../check.ts';

/** Instructions that the product's programs are compiled for. */
export const processorFlags: Check = nodeCheck(
  {
    id: 'cpu-flags',
    title: 'Processor instructions',
    why: 'A program that is compiled for instructions which a processor lacks stops at once; MongoDB 5.0 and newer want AVX. Most machines have it; virtual machines often hide it until their processor type is `host`.',
    source:
      "The product's system requirements; https://www.mongodb.com/docs/manual/administration/production-notes/#x86_64",
  },
  'cpu',
  (cpu, { input, node }) => {
    const { cpuFlags } = input.product.nodes;
    if (cpuFlags.length === 0) return pass('none asked', 'The product asks for no special instructions.');
    const wanted = cpuFlags.join(', ').toUpperCase();
    const lacking = cpuFlags.filter((flag) => !cpu.flags.includes(flag));
    if (lacking.length === 0) return pass(wanted, `${cpu.model} has it.`, { wanted });
    const names = lacking.join(', ').toUpperCase();
    return fail(`no ${names}`, `The processor of ${node.name} (${cpu.model}) has no ${names}.`, {
      wanted,
      advice: 'In a virtual machine set the processor type to host (KVM, Proxmox: cpu host), then start it again',
    });
  },
);

/** Cores against the product's floor and recommendation. */
export const cores: Check = nodeCheck(
  {
    id: 'cpu-cores',
    title: 'Processor cores',
    why: 'Below the floor the product is not supported; below the recommendation it runs, but not all features together under load.',
    source: "The product's system requirements (its floor and recommendations)",
  },
  'cpu',
  (cpu, { input, node }) => {
    const { floor, recommended } = requirements(input.product, input.site.features, node.role);
    const seen = String(cpu.cores);
    if (cpu.cores < floor.cores) {
      return fail(seen, `${node.name} has ${cpu.cores} of the ${floor.cores} cores that a ${node.role} needs.`, {
        wanted: `${floor.cores} or more`,
        advice: 'Give the machine more cores',
      });
    }
    if (cpu.cores < recommended.cores) {
      return warn(seen, `${recommended.cores} cores are recommended with these features.`, {
        wanted: `${recommended.cores} recommended`,
        advice: 'Add cores or a worker if the load is heavy',
      });
    }
    return pass(seen, 'Enough cores.', { wanted: `${recommended.cores} or more` });
  },
);
