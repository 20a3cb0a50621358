import { Box } from 'ink';
import type { ReactNode } from 'react';
import { installedLines } from '../../../model/installed.ts';
import type { AppState } from '../../store/state.ts';
import { Choice } from '../../widgets/choice/choice.tsx';
import { Line } from '../../widgets/line.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { TextInput } from '../../widgets/text/text.tsx';
import { useTheme } from '../../widgets/theme-context.ts';
import { startRows } from './rows.ts';

const atHand = [
  'an address for each node that stays the same',
  'one more for the cluster, and the DNS name that leads to it',
  'a TLS certificate and its key for that name (recommended)',
  'a user on every node that may use sudo, with key or password',
];

export function StartPage(props: {
  readonly state: AppState;
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  const { state, rows, width } = props;
  const { start } = state;
  const choices = startRows(state);
  const roomy = rows >= 16;
  return (
    <Box flexDirection="column" flexShrink={0}>
      {roomy ? <Line text="" /> : null}
      <Line text={` ${state.product.name}: from bare Ubuntu machines to a running cluster`} bold />
      {roomy ? <Line text="" /> : null}
      {start.path ? (
        <Box flexShrink={0}>
          <Line text=" Path of the site file: " />
          <TextInput state={start.path} width={width - 26} />
        </Box>
      ) : (
        <Choice
          rows={choices}
          index={start.index}
          height={Math.max(2, Math.min(choices.length, rows - 4))}
          width={width}
        />
      )}
      <Line text="" />
      {start.problem.length > 0 ? (
        <Problem lines={start.problem} width={width} rows={rows - choices.length - 4} />
      ) : start.installed ? (
        <Installed {...start.installed} />
      ) : (
        <AtHand />
      )}
    </Box>
  );
}

/** Beside a site that stands already: the verbs that fit. */
function Installed(props: { readonly name: string; readonly path: string }): ReactNode {
  return installedLines(props).map((line, index) => (
    <Line key={line} as={index === 0 ? 'plain' : 'quiet'} text={` ${index === 0 ? '' : '  '}${line}`} />
  ));
}

function AtHand(): ReactNode {
  const theme = useTheme();
  return (
    <>
      <Line text=" Have at hand:" />
      {atHand.map((line) => (
        <Line key={line} as="quiet" text={`   ${theme.glyphs.dot} ${line}`} />
      ))}
      <Line text="" />
      <Line as="quiet" text=" Every change is saved as a draft. No machine is changed before you say so." />
    </>
  );
}
