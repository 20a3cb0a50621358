import { siteRules } from '../../site/schema.ts';
import { isMapping } from '../../text/mapping.ts';
import { getAt, removeAt, setAt, textAt } from '../draft/draft.ts';
import type { Field, WizardView } from '../page.ts';
import { byRule, yesNo } from '../parse.ts';

const cluster = ['cluster'];
const oidc = [...cluster, 'oidc'];

const rights: Field = {
  id: 'cluster.rbac',
  path: [...cluster, 'rbac'],
  kind: 'toggle',
  label: 'RBAC',
  question: 'Does the API server check what each user may do (RBAC)?',
  help: '`no`: the default of MicroK8s; everyone with access may do everything. `yes`: each user may do what a role allows, on every manager.',
  required: true,
  rare: true,
  fallback: { value: false, from: 'default' },
  parse: yesNo,
  // Users of an issuer go with their rights: without rights each of them may do everything.
  write: (draft, value) =>
    value === true ? setAt(draft, [...cluster, 'rbac'], true) : removeAt(removeAt(draft, oidc), [...cluster, 'rbac']),
};

const issuer: Field = {
  id: 'cluster.oidc.issuer',
  path: [...oidc, 'issuer'],
  kind: 'text',
  label: 'Login issuer',
  question: 'Which OpenID Connect issuer do users log in with (none: certificates of the cluster only)?',
  help: 'Its address as its tokens name it. Claims, prefix, authority and the groups by role are `cluster.oidc` in site.yaml. Example: https://login.example.org',
  required: false,
  rare: true,
  parse: byRule(siteRules.oidcIssuer),
  write: (draft, value) => (value === undefined ? removeAt(draft, oidc) : setAt(draft, [...oidc, 'issuer'], value)),
};

const client: Field = {
  id: 'cluster.oidc.clientId',
  path: [...oidc, 'clientId'],
  kind: 'text',
  label: 'Client ID',
  question: 'Which client ID does that issuer have for this cluster?',
  help: 'Tokens of the issuer for another client are refused.',
  required: true,
  rare: true,
  parse: byRule(siteRules.oneWord),
};

/** Who may do what in the cluster: the company's own login is asked once rights are asked for. */
export function userFields({ draft }: WizardView): readonly Field[] {
  if (getAt(draft, rights.path) !== true && !isMapping(getAt(draft, oidc))) return [rights];
  return textAt(draft, issuer.path) === '' ? [rights, issuer] : [rights, issuer, client];
}
