import { defaultRanges } from '../../microk8s/node.ts';
import { defaultChannel } from '../../microk8s/snap.ts';
import { nodeStorage, nodeVolumes, type Site } from '../../site/schema.ts';
import { defined } from '../../text/defined.ts';
import type { WizardView } from '../page.ts';
import { textAt } from './draft.ts';
import { draftNodes } from './draft-nodes.ts';
import { storageWish } from './storage-wish.ts';

/**
 * The draft as far as it goes, in the shape of a site, so that checks can look at it before it is one.
 * Never written or planned from: what is missing stands here as the site file's default.
 */
export function provisionalSite(view: WizardView): Site {
  const wish = storageWish(view);
  return {
    version: 1,
    name: textAt(view.draft, ['name']) || 'site',
    product: view.product.id,
    nodes: draftNodes(view.draft).map((node) => ({
      name: textAt(node, ['name']) || textAt(node, ['reach']),
      reach: textAt(node, ['reach']),
      role: node.role === 'worker' ? 'worker' : 'manager',
      ...(textAt(node, ['zone']) === '' ? {} : { zone: textAt(node, ['zone']) }),
      ...(node.local === true ? { local: true } : {}),
      ...defined({
        storage: nodeStorage.safeParse(node.storage).data,
        volumes: nodeVolumes.safeParse(node.volumes).data,
      }),
    })),
    network: { nameservers: [], search: [] },
    system: { updatePackages: true, reboot: 'when-needed' },
    cluster: { channel: defaultChannel, podRange: defaultRanges.pods, serviceRange: defaultRanges.services },
    features: [...wish.features],
    storage: wish.storage,
    customer: { dnsName: '', reference: '' },
    tls: { mode: 'self-signed' },
    deploy: 'now',
  };
}
