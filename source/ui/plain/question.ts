import type { SiteDraft } from '../../site/schema.ts';
import { answerOf, editText, shownText, takeText, withAnswer } from '../../wizard/draft/draft.ts';
import type { Field, WizardView } from '../../wizard/page.ts';
import type { Conversation } from './conversation.ts';

/** What came of a question. */
export type Reply =
  | { readonly reply: 'answered'; readonly draft: SiteDraft }
  | { readonly reply: 'back' }
  | { readonly reply: 'to'; readonly place: string }
  | { readonly reply: 'more' }
  | { readonly reply: 'quit' };

/** What may be typed instead of an answer. */
export const ways =
  'back (or <) goes to the question before, back to NAME to any other, ? explains, - clears an answer, quit leaves with the draft saved.';

/** Asks one question until there is an answer, or until the operator goes elsewhere. */
export async function askField(talk: Conversation, field: Field, view: WizardView): Promise<Reply> {
  for (;;) {
    const text = await talk.ask(promptOf(field, view));
    const other = elsewhere(text);
    if (other) return other;
    if (text === '?' || text === 'help') {
      talk.say(...helpLines(field));
      continue;
    }
    if (text === '-') return { reply: 'answered', draft: withAnswer(view.draft, field, undefined) };
    const kept = answerOf(field, view);
    if (text === '') {
      if (kept === undefined && field.required) {
        talk.say(`${field.label} is needed. ? explains it.`);
        continue;
      }
      // A wrong text that was kept must be fixed here.
      if (kept?.from !== 'typed') return { reply: 'answered', draft: view.draft };
    }
    const taken = takeText(view.draft, field, text === '' ? editText(kept?.value) : text);
    if (taken.problem === undefined) return { reply: 'answered', draft: taken.draft };
    talk.say(taken.problem);
  }
}

function promptOf(field: Field, view: WizardView): string {
  const answer = answerOf(field, view);
  const choices = field.choices
    ? ` (${field.choices.flatMap((choice) => (choice.unusable ? [] : [choice.value])).join(', ')})`
    : field.kind === 'toggle'
      ? ' (yes or no)'
      : '';
  const kept =
    answer === undefined
      ? field.required
        ? ''
        : ' [none]'
      : ` [${field.choices ? editText(answer.value) : shownText(field, answer.value)}]`;
  return `${field.question}${choices}${kept}`;
}

/** `back`, `<`, `back to NAME`, `more`, `quit`. */
export function elsewhere(text: string): Exclude<Reply, { reply: 'answered' }> | undefined {
  if (text === 'back' || text === '<') return { reply: 'back' };
  const place = /^(?:back to|<)\s+(.+)$/i.exec(text)?.[1];
  if (place !== undefined) return { reply: 'to', place: place.trim() };
  if (text === 'more') return { reply: 'more' };
  return text === 'quit' || text === 'exit' ? { reply: 'quit' } : undefined;
}

function helpLines(field: Field): readonly string[] {
  const choices = (field.choices ?? []).map((choice) => `  ${choice.value}: ${choice.hint ?? choice.label}`);
  return [field.help, ...choices, `Also: ${ways}`];
}
