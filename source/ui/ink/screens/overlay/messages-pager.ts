import { type Message, wholeText } from '../../widgets/fit-messages.ts';
import { type PagerLine, type PagerState, pagerOf } from '../../widgets/pager/state.ts';

/** Messages in full, one after the other, each with its mark. */
export function messagesPager(
  messages: readonly Message[],
  columns: number,
  title = 'Messages of this page',
): PagerState {
  const lines = messages.flatMap((message): readonly PagerLine[] => {
    const { mark } = message;
    const tone = mark === 'fail' || mark === 'warn' ? { tone: mark, mark } : mark === 'pass' ? { mark } : {};
    return [{ text: wholeText(message), ...tone }, { text: '' }];
  });
  return pagerOf(title, lines, columns);
}
