import { stripVTControlCharacters } from 'node:util';
import { renderToString } from 'ink';
import { expect, vi } from 'vitest';
import type { StartFacts } from '../../../source/app/session.ts';
import { filesUnder } from '../../../source/site/files.ts';
import { Screen } from '../../../source/ui/ink/app/app.tsx';
import { update } from '../../../source/ui/ink/app/update.ts';
import type { Effect } from '../../../source/ui/ink/store/effect.ts';
import { type AppState, initialState } from '../../../source/ui/ink/store/state.ts';
import { type KeyPress, press } from '../../../source/ui/ink/widgets/keys.ts';
import { type ThemeOptions, themeOf } from '../../../source/ui/ink/widgets/theme.ts';
import { ThemeContext } from '../../../source/ui/ink/widgets/theme-context.ts';
import { product } from '../sample.ts';

/** A state on its way, without Ink: keys and news go in, effects are noted. */
export class Walk {
  state: AppState;
  readonly effects: Effect[] = [];

  constructor(size = { columns: 80, rows: 24 }, start: Partial<StartFacts> = {}) {
    const facts = {
      productName: product.name,
      draft: undefined,
      installed: undefined,
      given: undefined,
      recent: [],
      ...start,
    };
    this.state = initialState(
      { size, product, rehearsal: 'healthy', files: filesUnder('/'), canRehearse: false },
      facts,
    );
  }

  tell(...events: Parameters<typeof update>[1][]): this {
    for (const event of events) {
      const step = update(this.state, event);
      this.state = step.state;
      this.effects.push(...step.effects);
    }
    return this;
  }

  /** Named keys in angle brackets, everything else character by character: `a10.0.4.21<enter>`. */
  keys(text: string): this {
    return this.tell(...keysIn(text).map((key) => ({ type: 'key' as const, key, now: 0 })));
  }

  shown(options: ThemeOptions = { color: false, ascii: false }): string {
    return drawn(this.state, options);
  }
}

/** The keys that have a name. */
export const named = [
  'up',
  'down',
  'left',
  'right',
  'home',
  'end',
  'pageUp',
  'pageDown',
  'enter',
  'escape',
  'tab',
  'backTab',
  'backspace',
  'delete',
] as const;

export function keysIn(text: string): readonly KeyPress[] {
  return [...text.matchAll(/<([a-zA-Z^]+)>|([\s\S])/gu)].map(([, name, character]): KeyPress => {
    if (character !== undefined) return press('character', character);
    const found = named.find((one) => one === name);
    return found ? press(found) : press('control', (name ?? '').slice(1));
  });
}

/** One frame as text. */
export function drawn(state: AppState, options: ThemeOptions = { color: false, ascii: false }): string {
  const theme = themeOf(options);
  const text = withoutComplaint(() =>
    renderToString(
      <ThemeContext value={theme}>
        <Screen state={state} theme={theme} tick={0} />
      </ThemeContext>,
      { columns: state.size.columns },
    ),
  );
  // Bold and dim letters are not text.
  return stripVTControlCharacters(text);
}

/** React says on the console what is wrong with a picture, such as two parts with one key. */
function withoutComplaint(draw: () => string): string {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    const text = draw();
    expect(said.mock.calls).toEqual([]);
    return text;
  } finally {
    said.mockRestore();
  }
}
