import { Box } from 'ink';
import type { ReactNode } from 'react';
import { Choice } from '../../widgets/choice/choice.tsx';
import type { Size } from '../../widgets/layout.ts';
import { Line, SpansLines } from '../../widgets/line.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { TextInput } from '../../widgets/text/text.tsx';
import { useTheme } from '../../widgets/theme-context.ts';
import { type StartPageState, startPage, startProblemRows } from './page.ts';

export function StartPage(props: {
  readonly state: StartPageState & { readonly size: Size };
  readonly width: number;
}): ReactNode {
  const { state, width } = props;
  const { path, problem } = state.start;
  const { above, choice, below } = startPage(state, state.size, useTheme());
  return (
    <Box flexDirection="column" flexShrink={0}>
      <SpansLines lines={above} />
      {path ? (
        <Box flexShrink={0}>
          <Line text=" Path of the site file: " />
          <TextInput state={path} width={width - 26} />
        </Box>
      ) : (
        <Choice {...choice} />
      )}
      {problem.length > 0 ? (
        <>
          <Line text="" />
          <Problem lines={problem} width={width} rows={startProblemRows(state, state.size)} />
        </>
      ) : (
        <SpansLines lines={below} />
      )}
    </Box>
  );
}
