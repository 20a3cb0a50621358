import type { Plan } from '../../plan/document/document.ts';
import type { PlannedCommand } from '../../plan/step.ts';
import { type DiffLine, diffLines, shortDiff } from './diff.ts';

/** A file that the run writes. */
export interface ReviewedFile {
  readonly node: string | undefined;
  readonly path: string;
  readonly state: 'new' | 'changed' | 'same' | 'secret';
  readonly lines: readonly DiffLine[];
}

/** A command that the run carries out. */
export interface ReviewedCommand {
  readonly step: string;
  readonly node: string;
  readonly text: string;
  readonly undoable: boolean;
}

/** Every file of the plan, as a difference; of a secret one only that it is there. */
export function plannedFiles(plan: Plan): readonly ReviewedFile[] {
  return plan.steps.flatMap((step) =>
    step.files.map((file): ReviewedFile => {
      if (file.secret) return { node: file.node, path: file.path, state: 'secret', lines: [] };
      return reviewedFile(file.node, file);
    }),
  );
}

/** `node` undefined: a file of this machine. */
export function reviewedFile(
  node: string | undefined,
  file: { readonly path: string; readonly content: string; readonly before?: string | undefined },
): ReviewedFile {
  const state = file.before === undefined ? 'new' : file.before === file.content ? 'same' : 'changed';
  const lines = state === 'same' ? [] : shortDiff(diffLines(file.before ?? '', file.content));
  return { node, path: file.path, state, lines };
}

/** How many commands a plan has. */
export interface CommandCounts {
  /** Run in every case. */
  readonly always: number;
  /** Run only in the case that they name, such as `the join fails`. */
  readonly perhaps: number;
}

export function countCommands({ steps }: Pick<Plan, 'steps'>): CommandCounts {
  const commands = steps.flatMap((step) => step.commands);
  const always = commands.filter(({ when }) => when === undefined).length;
  return { always, perhaps: commands.length - always };
}

/** Behind the number of commands that always run: `, 61 more only where needed`. */
export const perhapsText = ({ perhaps }: CommandCounts): string =>
  perhaps === 0 ? '' : `, ${perhaps} more only where needed`;

/** Whether a step changes something and has no undo. */
export const cannotBeUndone = (step: Plan['steps'][number]): boolean =>
  !step.undoable && step.commands.length + step.files.length > 0;

/** Every command of the plan, in order. */
export function plannedCommands(plan: Plan): readonly ReviewedCommand[] {
  return plan.steps.flatMap((step) =>
    step.commands.map((command) => ({
      step: step.title,
      node: command.node,
      text: commandText(command),
      undoable: step.undoable,
    })),
  );
}

/** A command as a person reads it; with sudo where root is needed. */
export function commandText(command: PlannedCommand): string {
  const { command: what } = command;
  const words = 'name' in what ? ['script', what.name, ...(what.arguments ?? [])] : what;
  const text = words.map(shown).join(' ');
  return `${command.sudo ? 'sudo ' : ''}${text}${command.stdin === undefined ? '' : ' < (standard input)'}`;
}

/** For reading, not for a shell: quoted where the words would run together. */
function shown(word: string): string {
  return word === '' || /[\s'"]/.test(word) ? `'${word.replaceAll('\n', ' ')}'` : word;
}

/** What the files look like afterwards, as lines with their marks. */
export function diffText(files: readonly ReviewedFile[]): readonly DiffLine[] {
  return files.flatMap((file): DiffLine[] => {
    const head: DiffLine = { mark: ' ', text: `${file.node ?? 'here'}:${file.path} (${wordOf(file.state)})` };
    return [head, ...file.lines.map((one) => ({ mark: one.mark, text: one.text })), { mark: ' ', text: '' }];
  });
}

function wordOf(state: ReviewedFile['state']): string {
  if (state === 'secret') return 'holds secrets, made when the step runs, not shown';
  return state === 'same' ? 'as it is' : state;
}
