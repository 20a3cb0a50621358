import { useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useEffect } from 'react';
import { type KeyPress, keysOf, press } from '../widgets/keys.ts';
import type { Size } from '../widgets/layout.ts';

type Happened =
  | { readonly type: 'key'; readonly key: KeyPress; readonly now: number }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'time'; readonly now: number };

/** Hands keys, pasted text and a new size of the terminal to a store. Gives the size. */
export function useKeys(dispatch: (event: Happened) => void): Size {
  useTerminalAgain();
  const { columns, rows } = useWindowSize();
  useEffect(() => dispatch({ type: 'resize', columns, rows }), [dispatch, columns, rows]);
  useInput((input, key) => {
    for (const one of keysOf(input, key)) dispatch({ type: 'key', key: one, now: Date.now() });
  });
  usePaste((text) => dispatch({ type: 'key', key: press('paste', text), now: Date.now() }));
  return { columns, rows };
}

/** A shell has the terminal while this process is stopped. When the process continues (`fg`), it sets its modes and draws again. */
export function useTerminalAgain(): void {
  const { suspendTerminal } = useApp();
  useEffect(() => {
    const again = (): void => void suspendTerminal(() => undefined).catch(() => undefined);
    process.on('SIGCONT', again);
    return () => void process.off('SIGCONT', again);
  }, [suspendTerminal]);
}

/** ms after which the spinner turns. */
const turnMs = 250;

/**
 * The one clock of a screen: it stands still when nothing goes on. It tells the store, not React, so that what it turns
 * is drawn together with the news of that moment.
 */
export function useSeconds(isActive: boolean, interval: number, dispatch: (event: Happened) => void): void {
  useEffect(() => {
    if (!isActive) return;
    const timer = setInterval(() => dispatch({ type: 'time', now: Date.now() }), interval);
    return () => clearInterval(timer);
  }, [dispatch, interval, isActive]);
}

/** How often the spinner has turned. */
export const spinnerTurns = (now: number): number => Math.floor(now / turnMs);
