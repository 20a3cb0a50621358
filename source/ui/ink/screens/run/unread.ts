import type { RunGlance } from '../../../../app/glance-run.ts';
import { hintsOf, type ShownBinding } from '../../widgets/bindings.ts';
import type { FrameParts } from '../../widgets/frame-lines.ts';
import type { Size } from '../../widgets/layout.ts';
import { line, type Spans } from '../../widgets/spans.ts';
import type { Theme } from '../../widgets/theme.ts';

/** Keys of the run screen that work from its first moment on, as footer and help show them. */
export const runKeyHeads = {
  rows: { keys: ['up', 'down', 'home', 'end', 'pageUp', 'pageDown'], label: 'step', dropOrder: 5 },
  columns: { keys: ['left', 'right'], label: 'node', dropOrder: 6 },
  log: { keys: ['l', 'enter'], label: 'log', dropOrder: 2 },
  leave: { keys: ['q'], label: 'leave it running', dropOrder: 0 },
  help: { keys: ['?'], label: 'help', dropOrder: 1 },
  stop: { keys: ['^c'], label: 'stop', dropOrder: 4 },
} as const satisfies Readonly<Record<string, ShownBinding>>;

/** What is around the run screen until the journal of the run is read: the same as `attachedFrame` says then, from a glance. */
export function unreadFrame({ site, rehearsal, nodes, groups }: RunGlance, size: Size, theme: Theme): FrameParts {
  const { rows, columns, log, leave, help, stop } = runKeyHeads;
  const keys = [
    ...(groups > 1 ? [rows] : []),
    ...(nodes > 1 ? [columns] : []),
    ...(groups > 0 ? [log] : []),
    leave,
    help,
    stop,
  ];
  return {
    size,
    head: runTitle(undefined, site),
    rehearsal,
    where: '',
    progress: [],
    message: undefined,
    keys: hintsOf(keys, theme.glyphs),
  };
}

/** `kloudspot run 7f3a · site berlin`. */
export const runTitle = (id: string | undefined, site: string): string =>
  `kloudspot run${id === undefined ? '' : ` ${id.slice(-4)}`} · site ${site}`;

/** The body until the journal of the run is read. */
export const unreadLine = (theme: Theme): Spans => line(theme, ' Reading the journal of the run.');
