import { readableFile } from '../file-answer.ts';
import type { Field, WizardView } from '../page.ts';
import { anyText, user, whole } from '../parse.ts';

/** Names a field of one row by the path of its answer in it. */
export type At = (...path: string[]) => Pick<Field, 'id' | 'path' | 'row'>;

/** How a node is logged in to. */
export const loginFields = (view: WizardView, at: At, called: string, seen: string | undefined): readonly Field[] => [
  userField(at, called, seen),
  keyField(view, at, called),
  portField(at, called),
  jumpField(at, called),
];

const userField = (at: At, called: string, seen: string | undefined): Field => ({
  ...at('access', 'user'),
  alike: true,
  kind: 'text',
  label: 'User',
  question: `Which user logs in to ${called}?`,
  help: 'The login name on that node. It must be root or be allowed to use sudo. Left empty: what ~/.ssh/config says, else your own name.',
  required: false,
  ...(seen === undefined ? {} : { fallback: { value: seen, from: 'seen' } }),
  parse: user,
});

const keyField = (view: WizardView, at: At, called: string): Field => ({
  ...at('access', 'key'),
  kind: 'file',
  label: 'Key file',
  rare: true,
  question: `Which private key is used for ${called}?`,
  help: 'Path of a private key on this machine. Left empty: the agent and what ~/.ssh/config says. With a password no key is needed.',
  required: false,
  parse: readableFile(view),
});

const portField = (at: At, called: string): Field => ({
  ...at('access', 'port'),
  kind: 'number',
  label: 'Port',
  rare: true,
  question: `On which port does ssh listen on ${called}?`,
  help: 'Left empty: what ~/.ssh/config says, else 22.',
  required: false,
  parse: whole(1, 65_535, ''),
});

const jumpField = (at: At, called: string): Field => ({
  ...at('access', 'jump'),
  kind: 'text',
  label: 'Jump host',
  rare: true,
  question: `Through which jump host is ${called} reached?`,
  help: 'As OpenSSH reads ProxyJump: user@host:port. Left empty: none, or what ~/.ssh/config says.',
  required: false,
  parse: anyText(255),
});
