import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { fitted } from '../../../../text/width.ts';
import { answerOf, problemOf, shownText } from '../../../../wizard/draft/draft.ts';
import type { Field, WizardView } from '../../../../wizard/page.ts';
import { Pointer } from '../../widgets/choice/choice.tsx';
import type { TextState } from '../../widgets/text/state.ts';
import { TextInput } from '../../widgets/text/text.tsx';
import { asciiText, tone } from '../../widgets/theme.ts';
import { useTheme } from '../../widgets/theme-context.ts';

/** `❯ DNS name   spot.example.org   seen`. */
export function FieldLine(props: {
  readonly field: Field;
  readonly view: WizardView;
  readonly labels: number;
  readonly width: number;
  readonly here: boolean;
  readonly editing: TextState | undefined;
}): ReactNode {
  const theme = useTheme();
  const { field, view } = props;
  const answer = answerOf(field, view);
  const problem = problemOf(field, view);
  const room = Math.max(8, props.width - props.labels - 8);
  const numbers = field.kind === 'number';
  const shown = answer === undefined ? (field.required ? '?' : '–') : shownText(field, answer.value);
  const value = asciiText(theme, numbers ? shown.padStart(7) : shown);
  return (
    <Box flexShrink={0} height={1} paddingLeft={1}>
      <Pointer here={props.here} />
      <Box flexShrink={0}>
        <Text bold={props.here}>{`${fitted(asciiText(theme, field.label), props.labels)}  `}</Text>
      </Box>
      {props.editing ? (
        <Editing state={props.editing} width={Math.min(room, numbers ? 9 : 44)} />
      ) : (
        <Text wrap="truncate">
          <Text {...tone(theme, problem ? 'fail' : answer?.from === 'typed' ? 'plain' : 'quiet')}>{value}</Text>
          <Text {...tone(theme, 'quiet')}>{after(field, answer?.from)}</Text>
          {problem ? <Text {...tone(theme, 'fail')}>{`  ${theme.glyphs.fail}`}</Text> : null}
        </Text>
      )}
    </Box>
  );
}

function Editing(props: { readonly state: TextState; readonly width: number }): ReactNode {
  const theme = useTheme();
  return (
    <>
      <Box flexShrink={0}>
        <Text>{theme.ascii ? '[' : '▕'}</Text>
      </Box>
      <Box width={props.width} flexShrink={0}>
        <TextInput state={props.state} width={props.width} />
      </Box>
    </>
  );
}

/** The unit, and where the value comes from when no one typed it. */
function after(field: Field, from: string | undefined): string {
  const unit = field.unit ? ` ${field.unit}` : '';
  return from === undefined || from === 'typed' ? unit : `${unit}   ${from}`;
}
