import type { Plan } from '../../plan/document/document.ts';
import type { PlannedCommand, PlannedFile, PlannedStep } from '../../plan/step.ts';
import { counted } from '../../text/plural.ts';
import { filled, printed } from '../../text/width.ts';
import { diffLines, shortDiff } from '../../ui/model/diff.ts';
import { cannotBeUndone, commandText, countCommands, perhapsText } from '../../ui/model/planned-changes.ts';

export interface PlanTextOptions {
  /** One line a step, without commands and files. */
  readonly brief: boolean;
  /** Columns of the screen: prose is broken between words to fit it; commands and files stay whole, so that they can be copied. */
  readonly width?: number;
  /** Steps whose end state is there already. */
  readonly done?: ReadonlySet<string>;
}

/** A plan as lines of plain text: every step in order with its reason, its exact commands, and its files as differences. */
export function planLines(plan: Plan, options: PlanTextOptions): string[] {
  const { brief, width = Number.POSITIVE_INFINITY, done = new Set() } = options;
  const lines = [...printed(heading(plan), width), '', ...doneLines(plan, done, width), ...acceptedLines(plan, width)];
  for (const [place, step] of plan.steps.entries())
    lines.push(...(done.has(step.id) || brief ? [briefLine(place, step, done)] : stepLines(place, step, width)));
  if (plan.steps.some((step) => cannotBeUndone(step) && !done.has(step.id))) lines.push('', '(*) cannot be undone');
  return lines;
}

function heading({ site, steps, hash }: Plan): string {
  const commands = countCommands({ steps });
  const files = steps.reduce((sum, step) => sum + step.files.length, 0);
  const lasting = steps.filter(cannotBeUndone).length;
  const undo = lasting === 0 ? 'all can be undone' : `${lasting} cannot be undone (*)`;
  return `Site ${site.name}: ${counted(steps.length, 'step')}, ${counted(commands.always, 'command')}${perhapsText(commands)}, ${counted(files, 'file')}; ${undo}. Plan ${hash}.`;
}

/** Says what is right already: what is left to do is the rest. */
function doneLines({ steps }: Plan, done: ReadonlySet<string>, width: number): string[] {
  if (done.size === 0) return [];
  const text =
    done.size === steps.length
      ? 'Everything matches the site file: nothing to do.'
      : `${done.size} of ${counted(steps.length, 'step')} ${done.size === 1 ? 'is' : 'are'} already right, ${steps.length - done.size} to do.`;
  return [...printed(text, width), ''];
}

function acceptedLines({ accepted = [] }: Plan, width: number): string[] {
  if (accepted.length === 0) return [];
  const lines = accepted.flatMap(({ check, nodes, reason }) =>
    printed(`  ${[check, nodes.join(', ')].filter(Boolean).join(' of ')}: ${reason}`, width),
  );
  return ['Failed, but accepted:', ...lines, ''];
}

function briefLine(place: number, step: PlannedStep, done: ReadonlySet<string> = new Set()): string {
  const mark = done.has(step.id) ? '  already right' : cannotBeUndone(step) ? ' (*)' : '';
  return `${String(place + 1).padStart(3)}. ${filled(step.node ?? 'cluster', 12)} ${step.title}${mark}`;
}

function stepLines(place: number, step: PlannedStep, width: number): string[] {
  const notes = [
    step.risk === 'dangerous' ? 'dangerous: nothing else dangerous runs beside it' : '',
    step.skippable ? 'may be skipped' : '',
    step.needs.length > 0 ? `after ${step.needs.join(', ')}` : '',
  ].filter(Boolean);
  return [
    briefLine(place, step),
    ...printed(`     ${step.why}`, width),
    ...(notes.length > 0 ? printed(`     (${notes.join('; ')})`, width) : []),
    ...step.commands.flatMap(commandLines),
    ...step.files.flatMap(fileLines),
    '',
  ];
}

function commandLines(command: PlannedCommand): string[] {
  const notes = [command.when === undefined ? '' : `only if ${command.when}`, command.note ?? ''].filter(Boolean);
  const stdin = command.stdin?.trimEnd().split('\n') ?? [];
  return [
    `     ${command.node} $ ${commandText(command)}${notes.length > 0 ? `   # ${notes.join('; ')}` : ''}`,
    ...stdin.map((line) => `       < ${line}`),
  ];
}

function fileLines({ node, path, content, mode, before, secret }: PlannedFile): string[] {
  const head = `     ${node} writes ${path} (mode ${mode.toString(8).padStart(4, '0')}`;
  if (secret) return [`${head}, secret: not shown)`];
  if (before === content) return [`${head}, as it is)`];
  return [
    `${head}, ${before === undefined ? 'new' : 'changed'})`,
    ...shortDiff(diffLines(before ?? '', content)).map((line) => `       ${line.mark} ${line.text}`.trimEnd()),
  ];
}
