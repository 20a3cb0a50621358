import { useInput, useWindowSize } from 'ink';
import type { ReactNode } from 'react';
import { hintsOf, pressed } from '../../widgets/bindings.ts';
import { Frame } from '../../widgets/frame.tsx';
import { keysOf } from '../../widgets/keys.ts';
import { Line } from '../../widgets/line.tsx';
import type { Theme } from '../../widgets/theme.ts';
import { ThemeContext } from '../../widgets/theme-context.ts';

/** What is drawn before the session is open: the first page does not wait for it. */
export function OpeningScreen(props: {
  readonly rehearsal: string | undefined;
  readonly theme: Theme;
  readonly leave: () => void;
}): ReactNode {
  const size = useWindowSize();
  const bindings = [{ keys: ['^c'], label: 'leave', dropOrder: 0, act: props.leave }];
  useInput((input, key) => {
    for (const one of keysOf(input, key)) pressed(bindings, one);
  });
  return (
    <ThemeContext value={props.theme}>
      <Frame
        size={size}
        head="kloudspot init"
        rehearsal={props.rehearsal}
        where="Start"
        progress={[]}
        message={{ grade: 'plain', text: 'One moment.' }}
        keys={hintsOf(bindings, props.theme.glyphs)}
      >
        <Line text="" />
        <Line text=" From bare Ubuntu machines to a running cluster" bold />
      </Frame>
    </ThemeContext>
  );
}
