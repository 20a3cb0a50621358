import { type SiteDraft, siteRules } from '../../site/schema.ts';
import { removeAt, setAt, typedValue } from '../draft/draft.ts';
import { readableFile } from '../file-answer.ts';
import type { Field, WizardView } from '../page.ts';
import { byRule } from '../parse.ts';

const place = ['registry'];

const host: Field = {
  id: 'registry.host',
  path: [...place, 'host'],
  kind: 'text',
  label: 'Registry',
  question:
    'From which registry of the vendor, or of your own, do charts and images come (none: from the public ones)?',
  help: 'Its host name, with a port where it has one. Images that it holds for other registries, and under which path, are `registry.mirrors` in site.yaml. Example: registry.example.org',
  required: false,
  rare: true,
  parse: byRule(siteRules.registryHost),
  write: (draft, value) => (value === undefined ? withoutLogin(draft) : setAt(draft, [...place, 'host'], value)),
};

/** Without a host there is no login; mirrors, which only the file says, stay. */
const withoutLogin = (draft: SiteDraft): SiteDraft =>
  ['host', 'user', 'secretFile'].reduce((left, key) => removeAt(left, [...place, key]), draft);

const user: Field = {
  id: 'registry.user',
  path: [...place, 'user'],
  kind: 'text',
  label: 'Registry user',
  question: 'Which user logs in to the registry (none: it requires no login)?',
  help: 'The name of the account or robot at the registry. Its password or token is in the file below, or comes with --password-file.',
  required: false,
  rare: true,
  parse: byRule(siteRules.registryUser),
};

const secretFile = (view: WizardView): Field => ({
  id: 'registry.secretFile',
  path: [...place, 'secretFile'],
  kind: 'file',
  label: 'Secret file',
  question: 'In which file is the password or token of that user (none: it comes with --password-file)?',
  help: 'A file on this machine with the secret in its first line, mode 0600. Only its path is stored. Example: /root/registry.secret',
  required: false,
  rare: true,
  parse: readableFile(view),
});

/** The registry that charts and images come from: its login is asked for once there is a host. */
export function registryFields(view: WizardView): readonly Field[] {
  if (typedValue(host, view.draft) === undefined) return [host];
  return [host, user, ...(typedValue(user, view.draft) === undefined ? [] : [secretFile(view)])];
}
