import { textAt } from '../draft/draft.ts';
import { draftNodes, factsOf, nodeCalled } from '../draft/draft-nodes.ts';
import { shapeFindings } from '../draft/topology.ts';
import type { Field, Page, Parsed, WizardView } from '../page.ts';
import { anyText, hostName, oneOf, type Parse, reach } from '../parse.ts';
import { type At, loginFields } from './login-fields.ts';
import { nodeNotes } from './node-notes.ts';
import { addNodes } from './node-rows.ts';

export const roles = [
  { value: 'manager', label: 'manager', hint: 'runs the control plane and may vote' },
  { value: 'worker', label: 'worker', hint: 'runs workloads only' },
] as const;

export const nodesPage: Page<'nodes'> = {
  id: 'nodes',
  title: 'Nodes',
  intro: 'Which machines, and how are they reached?',
  rows: { path: ['nodes'], singular: 'node', minimum: 1, add: addNodes },
  fields: (view) => [siteName(view), ...draftNodes(view.draft).flatMap((_, index) => nodeFields(view, index))],
  validate: (view) => shapeFindings(view),
  notes: nodeNotes,
};

/** The site's own network domain names it until something else is typed: `berlin` of `berlin.example.org`. */
function siteName(view: WizardView): Field {
  const domain = [...view.facts.values()].flatMap((facts) => facts.network?.search ?? [])[0]?.split('.')[0] ?? '';
  const seen = !('problem' in hostName(domain));
  return { ...siteNameField, fallback: seen ? { value: domain, from: 'seen' } : { value: 'site', from: 'default' } };
}

const siteNameField: Field = {
  id: 'name',
  path: ['name'],
  kind: 'text',
  label: 'Site name',
  question: 'What is this site called?',
  help: 'A short name for this installation. It is shown on every screen and in every record, and typing it starts the run. Example: berlin',
  required: true,
  parse: hostName,
};

/** Parses, and refuses what another node has already. */
function unlikeOthers(view: WizardView, index: number, key: 'name' | 'reach', parse: Parse): Parse {
  return (text): Parsed => {
    const parsed = parse(text);
    if ('problem' in parsed) return parsed;
    const other = draftNodes(view.draft).findIndex((node, at) => at !== index && textAt(node, [key]) === parsed.value);
    if (other === -1) return parsed;
    const problem =
      key === 'name'
        ? `${text} is node ${other + 1}'s name already: every node needs its own`
        : `${text} is ${nodeCalled(view.draft, other)}'s already: the same machine twice?`;
    return { problem };
  };
}

function nodeFields(view: WizardView, index: number): readonly Field[] {
  const at: At = (...path) => ({
    id: ['nodes', index, ...path].join('.'),
    path: ['nodes', index, ...path],
    row: String(index),
  });
  const called = nodeCalled(view.draft, index);
  const own = [reachField(view, index, at, called), nameField(view, index, at, called), roleField(at, called)];
  const fields = [...own, zoneField(at, called)];
  const local = draftNodes(view.draft)[index]?.local === true;
  return local ? fields : [...fields, ...loginFields(view, at, called, factsOf(view, index)?.access.user)];
}

const reachField = (view: WizardView, index: number, at: At, called: string): Field => ({
  ...at('reach'),
  listed: true,
  kind: 'text',
  label: 'Reach at',
  question: `What is the current address or name of ${called}?`,
  help: 'The address or name at which the node answers today, as you would pass it to ssh. The next page asks for the address that it gets. Example: 10.0.4.21',
  required: true,
  parse: unlikeOthers(view, index, 'reach', reach),
});

const nameField = (view: WizardView, index: number, at: At, called: string): Field => ({
  ...at('name'),
  kind: 'text',
  label: 'Host name',
  question: `What is the host name of ${called}?`,
  help: 'Host name and Kubernetes node name: lower-case letters, digits and hyphens. The run sets it on the machine and writes it into every hosts file. Example: ks-1',
  required: true,
  parse: unlikeOthers(view, index, 'name', hostName),
});

const roleField = (at: At, called: string): Field => ({
  ...at('role'),
  alike: true,
  kind: 'choice',
  label: 'Role',
  question: `Is ${called} a manager or a worker?`,
  help: 'Managers run the control plane and its datastore; three of them survive the loss of one. Workers only run workloads.',
  choices: roles,
  required: true,
  fallback: { value: 'manager', from: 'default' },
  parse: oneOf(roles),
});

const zoneField = (at: At, called: string): Field => ({
  ...at('zone'),
  kind: 'text',
  label: 'Zone',
  question: `Which rack, room or power feed does ${called} share with others?`,
  help: 'Use the same word for nodes that fail together: a rack, a host, a power feed. Leave it empty if you do not know. Managers that share a zone cause a warning. Example: rack-a',
  required: false,
  parse: anyText(63),
});
