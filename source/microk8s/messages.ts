import { type AgentErrorName, known, type Message, type MessageName } from './data/messages.ts';
import { folders } from './node.ts';

export type { Message, MessageName };

/** The first words of what a worker answers instead of doing anything. */
export const acting = known.acting;
/** Verbs that refuse on a node that was stopped. */
export const needStarted: ReadonlySet<string> = new Set(known.needStarted);

/** What fills the gaps of a text, such as `{name}`. */
type Values = Readonly<Record<string, string | number>>;

function filled(text: string, values: Values): string {
  const all: Values = { acting: known.acting, data: folders.data, ...values };
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => String(all[name] ?? gap));
}

/** A message with its gaps filled. */
export function said(name: MessageName, values: Values = {}): Message {
  const found = known.said[name];
  return { ...found, text: filled(found.text, values) };
}

/** What a worker answers to a verb; undefined where it does what is asked. */
export function saidOnWorker(verb: string): Message | undefined {
  const found = known.onWorker[verb];
  return found && { ...found, text: filled(found.text, {}) };
}

/** How the cluster agent refuses a join: the text with a capital, and its HTTP status. */
export function refusalOf(name: AgentErrorName, values: Values = {}) {
  const { text, status } = known.agent[name];
  const error = filled(text, values);
  return { error: `${error.charAt(0).toUpperCase()}${error.slice(1)}`, status };
}
