import { isOffered, servicesIn } from '../../microk8s/services.ts';
import { chosenServices } from '../../product/services.ts';
import { fail, pass, siteCheck } from '../check.ts';

export const clusterServices = siteCheck(
  {
    id: 'cluster-services',
    title: 'Services of the cluster',
    why: 'Services are addons of MicroK8s, and a newer MicroK8s may no longer have one. The run would stop when it enables it.',
    source: 'https://github.com/canonical/microk8s-core-addons (addons.yaml of each branch)',
  },
  ({ site, product }) => {
    const { channel } = site.cluster;
    const chosen = servicesIn(channel, chosenServices(site, product));
    if (chosen.length === 0) return pass('none', 'No service is chosen.');
    const gone = chosen.filter((service) => !isOffered(service, channel));
    const seen = chosen.map(({ name }) => name).join(', ');
    if (gone.length === 0) return pass(seen, `MicroK8s ${channel} has them.`);
    return gone.map(({ name, label, until }) =>
      fail(name, `MicroK8s ${channel} has no addon ${name}: ${label} ended with ${until}.`, {
        wanted: `${until} or older`,
        advice: `Remove ${name} from cluster.services in site.yaml`,
        field: ['cluster', 'services'],
      }),
    );
  },
);
