import { servicesIn } from '../../microk8s/services.ts';
import { chosenServices } from '../../product/services.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import { volumesFor } from '../../storage/volumes.ts';
import { type Check, type CheckInput, fail, notSeen, type Outcome, pass, siteCheck, warn } from '../check.ts';

/** What an addon does with storage, and what to do about it. */
interface StorageAddon {
  readonly does: string;
  readonly advice: string;
}

const inUse = 'Claims that use its classes: sudo microk8s kubectl get pvc -A';

const addons: Readonly<Record<string, StorageAddon>> = {
  openebs: {
    does: 'it installs OpenEBS 3.3, whose shared pools do not run on Kubernetes 1.25 and newer, into the namespace that OpenEBS is installed into here',
    advice: `${inUse}. Copy their data, then: sudo microk8s disable openebs, which deletes what it holds`,
  },
  mayastor: {
    does: 'its pools are files on the system disk, and `microk8s disable mayastor` removes them with their data',
    advice: `Leave it on where its classes are used (storage.shared.engine: existing). ${inUse}`,
  },
  'hostpath-storage': {
    does: 'it is the default class, and its volumes are folders of one node: a claim without a class lands there and is lost with the node',
    advice: `${inUse}. Where there is none: sudo microk8s disable hostpath-storage`,
  },
};

export const storageAddons: Check = siteCheck(
  {
    id: 'storage-addons',
    title: 'Storage addons of MicroK8s',
    why: 'MicroK8s has storage addons of its own. Beside the storage of the site they compete for disks, names and the default class, and two of them delete data when they are switched off.',
    source:
      'https://github.com/canonical/microk8s-community-addons (addons/openebs); https://github.com/canonical/microk8s-core-addons (addons/mayastor, addons/hostpath-storage)',
  },
  (input): Outcome | readonly Outcome[] => {
    const runs = [...input.facts.values()].some(({ microk8s }) => microk8s?.running);
    if (!runs) return pass('no cluster', 'No MicroK8s runs yet.');
    const enabled = input.evidence?.addons;
    if (enabled === undefined)
      return warn(notSeen, 'Cannot determine which addons are enabled.', {
        advice: 'sudo microk8s status on a manager',
      });
    const brought = servicesIn(input.site.cluster.channel, chosenServices(input.site, input.product)).flatMap(
      ({ brings }) => brings,
    );
    const found = Object.entries(addons).filter(([name]) => enabled.includes(name) && !brought.includes(name));
    if (found.length === 0) return pass('none', 'No storage addon is enabled.');
    return found.map(([name, { does, advice }]) =>
      (stands(name, input) ? fail : warn)(name, `The addon ${name} is enabled: ${does}.`, { wanted: 'off', advice }),
    );
  },
);

/** Whether the addon stands in the way of what the site installs. */
function stands(name: string, { site, product }: CheckInput): boolean {
  const shared = volumesFor(site, product).some((volume) => volume.class === 'shared');
  return shared && sharedEngine(site.storage.shared.engine).clashes.includes(name);
}
