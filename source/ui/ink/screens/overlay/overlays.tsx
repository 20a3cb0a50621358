import { Box } from 'ink';
import type { ReactNode } from 'react';
import { nothingChanged } from '../../../../errors/fault.ts';
import { kloudspot } from '../../../../text/command.ts';
import { textAt } from '../../../../wizard/draft/draft.ts';
import type { AppState, Overlay } from '../../store/state.ts';
import { Choice } from '../../widgets/choice/choice.tsx';
import { bodyRows } from '../../widgets/layout.ts';
import { Line, Marked } from '../../widgets/line.tsx';
import { Pager } from '../../widgets/pager/pager.tsx';
import { timeOfDay } from '../../widgets/table/time-format.ts';
import { TextInput } from '../../widgets/text/text.tsx';
import { useTheme } from '../../widgets/theme-context.ts';
import { listOf } from './list.ts';
import { PairsView } from './pairs.tsx';

/** What lies over the page instead of it: a long text, a list, host keys, a password, a question. */
export function OverlayView(props: {
  readonly state: AppState;
  readonly overlay: Overlay;
  readonly width: number;
}): ReactNode {
  const { state, overlay, width } = props;
  const rows = bodyRows(state.size);
  switch (overlay.kind) {
    case 'pager':
    case 'keys':
      return <Pager state={overlay.pager} width={width} rows={rows} />;
    case 'list':
      return <ListView {...listOf(state, overlay.of)} index={overlay.index} height={rows - 3} width={width} />;
    case 'password':
      return <Password overlay={overlay} width={width} />;
    case 'pairs':
      return <PairsView state={state} overlay={overlay} rows={rows} width={width} />;
    case 'leave':
      return <Question title="Leave?" text={leaveText(state)} width={width} />;
    case 'replace':
      return <Question title="Replace the draft?" text={replaceText(state)} width={width} />;
  }
}

function leaveText(state: AppState): string {
  if (Object.keys(state.draft).length === 0) return nothingChanged;
  if (state.saveProblem !== undefined) return `The draft is NOT saved: ${state.saveProblem}`;
  return `The draft is saved: \`${kloudspot('init')}\` continues where you are.`;
}

function replaceText({ start, draft, savedAt }: AppState): string {
  const old = Object.keys(draft).length > 0 ? { name: textAt(draft, ['name']), savedAt } : start.draft;
  const name = old?.name || 'a site without a name';
  const saved = old?.savedAt ? `, saved ${timeOfDay(old.savedAt)}` : '';
  return `There is an unfinished draft of ${name}${saved}. A copy of it is kept beside it.`;
}

function Question(props: { readonly title: string; readonly text: string; readonly width: number }): ReactNode {
  return (
    <Box flexDirection="column" flexShrink={0} paddingTop={1}>
      <Line text={` ${props.title}`} bold />
      <Line text="" />
      <Marked mark="" text={props.text} as="plain" width={Math.min(props.width, 90)} />
    </Box>
  );
}

function ListView(props: {
  readonly title: string;
  readonly rows: Parameters<typeof Choice>[0]['rows'];
  readonly index: number;
  readonly height: number;
  readonly width: number;
}): ReactNode {
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Line text={` ${props.title}`} bold />
      <Line text="" />
      <Choice rows={props.rows} index={props.index} height={props.height} width={props.width} />
    </Box>
  );
}

function Password(props: {
  readonly overlay: Extract<Overlay, { kind: 'password' }>;
  readonly width: number;
}): ReactNode {
  const theme = useTheme();
  const { overlay } = props;
  const whom = overlay.node === undefined ? 'all nodes' : overlay.node;
  return (
    <Box flexDirection="column" flexShrink={0} paddingTop={1}>
      <Line text={` ${overlay.for === 'login' ? 'Login' : 'sudo'} password for ${whom}`} bold />
      <Line text="" />
      <Box flexShrink={0}>
        <Line text=" Password: " />
        <TextInput state={overlay.text} width={Math.max(10, props.width - 14)} mask />
      </Box>
      <Line text="" />
      <Marked
        mark={theme.glyphs.dot}
        text={`It is kept in memory only${overlay.for === 'login' ? ', and also used for sudo unless another one is given' : ''}.`}
        as="quiet"
        width={props.width}
      />
    </Box>
  );
}
