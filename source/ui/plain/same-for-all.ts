import { counted } from '../../text/plural.ts';
import { answerOf, problemOf, shownText, withAnswer } from '../../wizard/draft/draft.ts';
import { draftNodes, nodeCalled } from '../../wizard/draft/draft-nodes.ts';
import type { Field, Page, WizardView } from '../../wizard/page.ts';
import { keep, type PlainWalk, viewOf } from './plain-walk.ts';
import type { Place } from './walk.ts';

/** Asks once a page whether what is usually alike on all nodes is: the role, the user, the network card. */
export class SameForAll {
  readonly #walk: PlainWalk;
  readonly #answers = new Map<Page, boolean>();

  constructor(walk: PlainWalk) {
    this.#walk = walk;
  }

  /** Whether a question needs no answer of its own. The first node's answer is taken over where it was typed. */
  async answers({ page, field }: Place): Promise<boolean> {
    const view = viewOf(this.#walk);
    if ((field.listed || this.#walk.onlyOpen) && problemOf(field, view) === undefined) return true;
    const like = firstOf(view, page, field);
    if (!like || differs(view, field, like)) return false;
    if (!(this.#answers.get(page) ?? (await this.#ask(page)))) return false;
    const typed = answerOf(like, view);
    if (typed?.from === 'typed') await keep(this.#walk, withAnswer(view.draft, field, typed.value));
    return true;
  }

  async #ask(page: Page): Promise<boolean> {
    const view = viewOf(this.#walk);
    const words = page.fields(view).flatMap((field) => {
      const answer = field.alike && field.row === '0' ? answerOf(field, view) : undefined;
      return answer === undefined ? [] : [`${field.label} ${shownText(field, answer.value)}`];
    });
    const others = counted(draftNodes(view.draft).length - 1, 'other node');
    const yes = await this.#walk.talk.yes(
      `${nodeCalled(view.draft, 0)}: ${words.join(', ')}. The same for the ${others}`,
      true,
    );
    this.#answers.set(page, yes);
    return yes;
  }
}

/** The first node's field that a later node's field is usually like. */
function firstOf(view: WizardView, page: Page, field: Field): Field | undefined {
  if (!field.alike || field.row === undefined || field.row === '0') return undefined;
  return page.fields(view).find((one) => one.row === '0' && one.label === field.label);
}

/** Whether another answer was typed for it already. */
function differs(view: WizardView, field: Field, like: Field): boolean {
  const [own, first] = [answerOf(field, view), answerOf(like, view)];
  return own?.from === 'typed' && own.value !== first?.value;
}
