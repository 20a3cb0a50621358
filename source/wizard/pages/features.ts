import { channelFor, channelForm, defaultChannel, pairsFor } from '../../microk8s/tracks.ts';
import { type DraftValue, type SiteDraft, siteRules } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { chosenFeatures } from '../draft/chosen-features.ts';
import { setAt, textAt } from '../draft/draft.ts';
import type { Field, Note, Page, WizardView } from '../page.ts';
import { byRule, channel, oneOf, yesNo } from '../parse.ts';
import { registryFields } from './registry.ts';
import { serviceFields } from './services.ts';
import { userFields } from './users.ts';

const reboots = [
  { value: 'when-needed', label: 'when needed', hint: 'only if an upgraded package requires it' },
  { value: 'always', label: 'always', hint: 'every node, one at a time; the run continues afterwards' },
  { value: 'never', label: 'never', hint: 'you reboot later yourself' },
] as const;

const deploys = () => [
  { value: 'now', label: 'in the same run', hint: 'cluster first, then the product' },
  { value: 'later', label: 'later', hint: `build the cluster only; ${kloudspot('start')}  deploys` },
];

export const featuresPage: Page<'features'> = {
  id: 'features',
  title: 'Features',
  intro: 'What should run, and how is it deployed?',
  fields: (view) => [
    ...view.product.features.map((feature) => featureToggle(view, feature)),
    ...runFields(view),
    ...serviceFields(view),
    ...registryFields(view),
    namespaceField(view.product),
    ...userFields(view),
  ],
  validate: () => [],
  notes: (view) => [...featureNotes(view), ...channelNotes(view)],
};

function featureToggle(view: WizardView, feature: WizardView['product']['features'][number]): Field {
  return {
    id: `features.${feature.id}`,
    path: ['features'],
    kind: 'toggle',
    label: feature.label,
    question: `Enable ${feature.label}?`,
    help: feature.help ?? `Enables ${feature.label}. The volumes asked for next depend on it.`,
    required: true,
    fallback: { value: feature.default, from: 'default' },
    parse: yesNo,
    read: (draft): DraftValue => (Array.isArray(draft.features) ? draft.features.includes(feature.id) : undefined),
    write: (draft, value): SiteDraft => {
      const others = chosenFeatures({ ...view, draft }).filter((id) => id !== feature.id);
      const wanted = new Set(
        value === true || (value === undefined && feature.default) ? [...others, feature.id] : others,
      );
      // In the product's order, so that two sites with the same features read alike.
      const known = view.product.features.map((one) => one.id).filter((id) => wanted.delete(id));
      return setAt(draft, ['features'], [...known, ...wanted]);
    },
  };
}

const runFields = (view: WizardView): readonly Field[] => [
  updateField,
  rebootField,
  channelField(view),
  deployField(view.product.name),
];

const updateField: Field = {
  id: 'system.updatePackages',
  path: ['system', 'updatePackages'],
  kind: 'toggle',
  label: 'Update packages',
  question: 'Bring the packages of every node up to date first?',
  help: 'apt-get update and upgrade on every node before anything else. Turn it off where a policy pins package versions.',
  required: true,
  fallback: { value: true, from: 'default' },
  parse: yesNo,
};

const rebootField: Field = {
  id: 'system.reboot',
  path: ['system', 'reboot'],
  kind: 'choice',
  label: 'Reboot after it',
  question: 'Reboot the nodes after the update?',
  help: 'One node at a time. The run continues by itself afterwards, even after a reboot of the node that you work on.',
  choices: reboots,
  required: true,
  fallback: { value: 'when-needed', from: 'default' },
  parse: oneOf(reboots),
};

const channelField = (view: WizardView): Field => ({
  id: 'cluster.channel',
  path: ['cluster', 'channel'],
  kind: 'text',
  label: 'MicroK8s channel',
  question: 'Which MicroK8s channel is installed?',
  help: `A snap channel with its track. All nodes get the same one and refreshes are held. Example: ${defaultChannel}`,
  required: true,
  fallback: likelyChannel(view),
  parse: channel,
});

const deployField = (product: string): Field => ({
  id: 'deploy',
  path: ['deploy'],
  kind: 'choice',
  label: `Deploy ${product}`,
  question: `Deploy ${product} in the same run, or later?`,
  help: `Later: the run ends with a ready cluster, and ${kloudspot('start')}  deploys the product.`,
  choices: deploys(),
  required: true,
  fallback: { value: 'now', from: 'default' },
  parse: oneOf(deploys()),
});

const namespaceField = ({ name, namespace }: WizardView['product']): Field => ({
  id: 'namespace',
  path: ['namespace'],
  kind: 'text',
  label: 'Namespace',
  question: `In which namespace of Kubernetes does ${name} run (none: ${namespace})?`,
  help: `Where its pods, services and claims are. Left empty: ${namespace}, the product's own. It cannot be changed once the product runs.`,
  required: false,
  rare: true,
  parse: byRule(siteRules.namespace),
});

/** The channel of the cluster that a node is a member of; before there is one, what the systems of the nodes can run. */
function likelyChannel(view: WizardView): NonNullable<Field['fallback']> {
  const facts = [...view.facts.values()];
  const joined = facts.find(({ microk8s }) => microk8s?.joined && channelForm.test(microk8s.channel ?? ''));
  if (joined?.microk8s?.channel !== undefined) return { value: joined.microk8s.channel, from: 'seen' };
  const value = channelFor(facts.flatMap(({ system }) => (system?.id === 'ubuntu' ? [system.versionId] : [])));
  return { value, from: value === defaultChannel ? 'default' : 'seen' };
}

/** What the chosen channel means on these nodes, once each. */
function channelNotes(view: WizardView): readonly Note[] {
  const chosen = textAt(view.draft, ['cluster', 'channel']) || String(likelyChannel(view).value);
  const systems = [...view.facts.values()].flatMap(({ system }) => system ?? []);
  const machines =
    systems.length === 0 ? [{}] : systems.map(({ versionId, cgroup }) => defined({ os: versionId, cgroup }));
  const pairs = new Set(machines.flatMap((machine) => pairsFor(chosen, machine)));
  return [...pairs].map(({ grade, reason }) => ({
    grade: grade === 'pass' ? 'plain' : grade,
    text: `${chosen}: ${reason}`,
  }));
}

function featureNotes(view: WizardView): readonly Note[] {
  const chosen = chosenFeatures(view);
  const set = view.product.featureSets.find(
    (row) => row.features.length === chosen.length && row.features.every((feature) => chosen.includes(feature)),
  );
  if (!set) return [];
  const count = (kind: string) => set.volumes.filter((volume) => volume.class === kind).length;
  const notes: Note[] = [
    {
      grade: 'plain',
      text: `Needs ${set.volumes.length} volumes: ${count('shared')} shared, ${count('unshared')} unshared, one on each node that runs it.`,
    },
  ];
  if (set.evidence === 'assumed')
    notes.push({
      grade: 'warn',
      text: 'The vendor documents no volumes for this set of features: these are assumed. Check them on the page Storage.',
    });
  if (chosen.length === 0) notes.push({ grade: 'warn', text: 'No feature is on: only the common parts will run.' });
  return notes;
}
