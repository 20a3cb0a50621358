import { Text } from 'ink';
import type { ReactNode } from 'react';
import { isSettled, type StepFailure, type StepView } from '../../../../engine/view/view.ts';
import { durationClock } from '../../../../text/duration.ts';
import { cellsOf, clipped, wrapped } from '../../../../text/width.ts';
import { failureLines, waitTexts } from '../../../model/step-text.ts';
import { fitMessages, type Message } from '../../widgets/fit-messages.ts';
import { Line } from '../../widgets/line.tsx';
import { Messages } from '../../widgets/messages.tsx';
import { asciiText, tone } from '../../widgets/theme.ts';
import { useTheme } from '../../widgets/theme-context.ts';

/** The step in focus: its command and output, what it waits for, why it failed. */
export function StepPanel(props: {
  readonly step: StepView;
  readonly rows: number;
  readonly width: number;
  readonly now: number;
}): ReactNode {
  const { step, width, rows } = props;
  const where = step.step.node ?? 'cluster';
  const command = step.command && !isSettled(step.state) ? step.command.words.join(' ') : step.step.title;
  const spent =
    step.state === 'running' && step.startedAt !== undefined
      ? durationClock(props.now - step.startedAt)
      : step.durationMs === undefined
        ? ''
        : durationClock(step.durationMs);
  return (
    <>
      <Rule text={`${where} · ${command}`} right={spent} width={width} />
      {step.failure && step.state === 'failed' ? (
        <Failure failure={step.failure} rows={rows - 1} width={width} />
      ) : (
        <Log step={step} rows={rows - 1} width={width} now={props.now} />
      )}
    </>
  );
}

function Rule(props: { readonly text: string; readonly right: string; readonly width: number }): ReactNode {
  const theme = useTheme();
  const { rule } = theme.glyphs;
  const room = props.width - props.right.length - 10;
  const text = clipped(asciiText(theme, props.text), Math.max(4, room));
  const line = rule.repeat(Math.max(0, props.width - cellsOf(text) - props.right.length - 8));
  return (
    <Text
      wrap="truncate"
      {...tone(theme, 'quiet')}
    >{` ${rule}${rule} ${text} ${line}${props.right === '' ? '' : ` ${props.right} ${rule}`}`}</Text>
  );
}

function Log(props: {
  readonly step: StepView;
  readonly rows: number;
  readonly width: number;
  readonly now: number;
}): ReactNode {
  const { step, width } = props;
  const foot = footOf(step, props.now, width, Math.max(2, props.rows - 2));
  // A line of a log has no other name than its place.
  const lines = step.log.slice(-(props.rows - foot.length)).map((line, place) => ({ key: String(place), line }));
  if (lines.length === 0 && foot.length === 0) return <Line as="quiet" text={` ${step.step.why}`} />;
  return (
    <>
      {lines.map(({ key, line }) => (
        <Line
          key={key}
          as={line.stream === 'command' ? 'quiet' : 'plain'}
          text={` ${clipped(line.stream === 'command' ? `$ ${line.text}` : line.text, width - 2)}`}
        />
      ))}
      {foot.map((text) => (
        <Line key={text} as="running" text={` ${clipped(text, width - 2)}`} />
      ))}
    </>
  );
}

/** What it is waiting for, how long that may take, and how it ended. */
function footOf(step: StepView, now: number, width: number, rows: number): readonly string[] {
  if (isSettled(step.state)) return step.seen === undefined ? [] : foldedTexts([step.seen], width, rows);
  return foldedTexts(waitTexts(step, now), width, rows);
}

/** In one line where they fit, else one below the other and wrapped, as `rows` allows. */
function foldedTexts(texts: readonly string[], width: number, rows: number): readonly string[] {
  const line = texts.join(' · ');
  if (line === '' || cellsOf(line) <= width - 2) return line === '' ? [] : [line];
  const rest = texts.slice(1).join(' · ');
  const parts = cellsOf(rest) <= width - 2 ? [texts[0] ?? '', ...(rest === '' ? [] : [rest])] : texts;
  return fittedTexts(
    parts.map((text) => wrapped(text, width - 2)),
    rows,
    width,
  );
}

/** Of the longest text as much as `rows` allows, with a mark; the others whole. */
function fittedTexts(texts: readonly (readonly string[])[], rows: number, width: number): readonly string[] {
  const over = texts.flat().length - rows;
  const most = Math.max(...texts.map(({ length }) => length));
  if (over <= 0 || most === 1) return texts.flat();
  const longest = texts.findIndex(({ length }) => length === most);
  const kept = Math.max(1, most - over);
  return texts.flatMap((lines, index) =>
    index === longest ? [...lines.slice(0, kept - 1), clipped(lines.slice(kept - 1).join(' '), width - 2)] : lines,
  );
}

/** Why the step failed, as much of it as fits; `m` shows it whole. */
function Failure(props: { readonly failure: StepFailure; readonly rows: number; readonly width: number }): ReactNode {
  const [tried = '', ...rest] = failureLines(props.failure);
  const asMessage = (text: string): Message => {
    const [head = '', remedy] = text.split(/(?<=^next:) /);
    return { mark: 'plain', text: head, remedy };
  };
  const messages: readonly Message[] = [{ mark: 'fail', text: tried }, ...rest.map(asMessage)];
  return <Messages fitted={fitMessages(messages, props.width, props.rows)} />;
}
