import { isOffered, serviceIn, serviceNames } from '../../microk8s/services.ts';
import { defaultChannel } from '../../microk8s/tracks.ts';
import type { DraftValue, SiteDraft } from '../../site/schema.ts';
import { removeAt, setAt, textAt } from '../draft/draft.ts';
import { draftServices } from '../draft/draft-services.ts';
import type { Field, WizardView } from '../page.ts';
import { yesNo } from '../parse.ts';

const path = ['cluster', 'services'] as const;

/** A toggle for each addon of MicroK8s that a site may choose and that the channel has. */
export function serviceFields(view: WizardView): readonly Field[] {
  const channel = textAt(view.draft, ['cluster', 'channel']) || defaultChannel;
  return serviceNames.flatMap((name): Field[] => {
    const service = serviceIn(channel, name);
    if (service === undefined || !isOffered(service, channel)) return [];
    return [
      {
        id: `cluster.services.${name}`,
        path,
        kind: 'toggle',
        label: service.label,
        question: `Enable ${service.label} (addon ${name} of MicroK8s)?`,
        help: service.help,
        required: true,
        rare: true,
        fallback: { value: view.product.services.includes(name), from: 'default' },
        parse: yesNo,
        read: (draft): DraftValue => draftServices(draft)?.includes(name),
        write: (draft, value) => withService(view, draft, name, value),
      },
    ];
  });
}

/** A list that says what the product asks for anyway is left out. */
function withService({ product }: WizardView, draft: SiteDraft, name: string, value: DraftValue): SiteDraft {
  const before = draftServices(draft) ?? product.services;
  const on = value ?? product.services.includes(name);
  const chosen = serviceNames.filter((each) => (each === name ? on : before.includes(each)));
  const same = serviceNames.every((each) => chosen.includes(each) === product.services.includes(each));
  return same ? removeAt(draft, path) : setAt(draft, path, chosen);
}
