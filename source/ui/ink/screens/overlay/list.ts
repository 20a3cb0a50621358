import { cellsOf, clippedStart } from '../../../../text/width.ts';
import { diffText } from '../../../model/planned-changes.ts';
import { next, type Transition } from '../../store/event.ts';
import { type AppState, isScreen, type ListOverlay, progress } from '../../store/state.ts';
import { goTo, whyNotYet } from '../../store/transitions.ts';
import type { ChoiceRow } from '../../widgets/choice/row.ts';
import { bodyColumns } from '../../widgets/layout.ts';
import { type PagerLine, pagerOf } from '../../widgets/pager/state.ts';

export interface List {
  readonly title: string;
  readonly rows: readonly ChoiceRow[];
  readonly open: (list: ListOverlay, key: string) => Transition;
}

/** What a list over the page holds, and what a row of it opens. */
export function listOf(state: AppState, of: ListOverlay['of']): List {
  if (of === 'pages') return pagesList(state);
  return of === 'files' ? filesList(state) : commandsList(state);
}

function pagesList(state: AppState): List {
  return {
    title: 'Pages',
    rows: progress.map((stop, index) => {
      const why = whyNotYet(state, stop.id);
      return { key: stop.id, label: `${index + 1}  ${stop.title}`, ...(why === undefined ? {} : { hint: why }) };
    }),
    open: (_list, key) => (isScreen(key) ? goTo(state, key) : next(state)),
  };
}

/** Cells of a row beside its label: pointer, gap, `changed`. */
const besideLabel = 12;

function filesList(state: AppState): List {
  const files = state.review.review?.files ?? [];
  const rows = files.map((file, index) => {
    const node = `${file.node ?? 'here'}:`;
    const room = bodyColumns(state.size) - cellsOf(node) - besideLabel;
    return { key: String(index), label: node + clippedStart(file.path, room), hint: file.state };
  });
  return {
    title: 'Files: all, or one by one',
    rows: [{ key: 'all', label: 'All files', hint: `${files.length}` }, ...rows],
    open: (list, key) => {
      const shown = key === 'all' ? files : files.filter((_, index) => String(index) === key);
      return opened(state, list, 'Files, as they will be', diffLinesOf(shown));
    },
  };
}

function diffLinesOf(files: Parameters<typeof diffText>[0]): readonly PagerLine[] {
  return files.flatMap((file) =>
    diffText([file]).map((line, index): PagerLine => {
      if (index === 0) return { text: line.text, tone: 'accent', head: true };
      if (line.mark === ' ') return { text: `  ${line.text}` };
      return { text: `${line.mark} ${line.text}`, tone: line.mark === '+' ? 'pass' : 'fail' };
    }),
  );
}

function commandsList(state: AppState): List {
  const commands = state.review.review?.commands ?? [];
  const nodes = [...new Set(commands.map((command) => command.node))];
  const count = (node: string): string => String(commands.filter((command) => command.node === node).length);
  return {
    title: 'Commands: all in order, or of one node',
    rows: [
      { key: '', label: 'All nodes', hint: `${commands.length}` },
      ...nodes.map((node) => ({ key: node, label: node, hint: count(node) })),
    ],
    open: (list, key) =>
      opened(
        state,
        list,
        key === '' ? 'Commands, in order' : `Commands on ${key}, in order`,
        commandLines(commands.filter((command) => key === '' || command.node === key)),
      ),
  };
}

type Commands = NonNullable<AppState['review']['review']>['commands'];

function commandLines(commands: Commands): readonly PagerLine[] {
  return commands.flatMap((command, index): readonly PagerLine[] => {
    const line = { text: `  ${command.node}: ${command.text}` };
    if (commands[index - 1]?.step === command.step) return [line];
    const head = `${command.step}${command.undoable ? '' : '  (cannot be undone)'}`;
    return [{ text: head, tone: command.undoable ? 'accent' : 'warn', head: true }, line];
  });
}

function opened(state: AppState, from: ListOverlay, title: string, lines: readonly PagerLine[]): Transition {
  return next({ ...state, overlay: { kind: 'pager', pager: pagerOf(title, lines, bodyColumns(state.size)), from } });
}
