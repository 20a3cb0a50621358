import type { Cell } from './screen.ts';

/** Of a cell in SVG units, for a monospaced font of 14. */
const cellSize = { width: 8.4, height: 18 } as const;
const margin = 12;
const ground = '#10151c';
const ink = '#d7dde5';

/** The first 16 colours of the palette, as they read well on a dark ground. */
const palette = [
  ...['#3b4554', '#f0706a', '#7bd88f', '#e5c07b', '#6cb6ff', '#c792ea', '#5fd7d7', '#d7dde5'],
  ...['#8b97a8', '#ff8f88', '#9be9a8', '#f2d38a', '#8cc8ff', '#dcb0ff', '#8ff0f0', '#ffffff'],
];

/** A screen as a picture with its title: one line of text a row, so that it can be read, searched and compared. */
export function pictureOf(cells: readonly (readonly Cell[])[], title: string): string {
  const width = Math.ceil((cells[0]?.length ?? 80) * cellSize.width + 2 * margin);
  const height = cells.length * cellSize.height + 2 * margin;
  const rows = cells.map((row, index) => drawnRow(runsOf(row), margin + index * cellSize.height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${ground}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', monospace" font-size="14" fill="${ink}" xml:space="preserve">`,
    ...rows.filter((row) => row !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

interface Run {
  readonly column: number;
  readonly columns: number;
  readonly text: string;
  readonly style: string;
  readonly background: string | undefined;
}

/** Cells beside each other that look alike. */
function runsOf(row: readonly Cell[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [column, cell] of row.entries()) {
    if (cell.width === 0) continue;
    const text = cell.text === '' ? ' ' : cell.text;
    const style = styleOf(cell);
    const background = cell.inverse ? ink : cell.background === undefined ? undefined : palette[cell.background];
    const last = runs.at(-1);
    if (last?.style === style && last.background === background)
      runs[runs.length - 1] = { ...last, text: last.text + text, columns: last.columns + cell.width };
    else runs.push({ column, columns: cell.width, text, style, background });
  }
  while (runs.at(-1)?.text.trim() === '') runs.pop();
  return runs;
}

function styleOf({ color, bold, dim, inverse }: Cell): string {
  const named = inverse ? ground : color === undefined ? undefined : (palette[color] ?? ink);
  const fill = named === undefined ? '' : ` fill="${named}"`;
  return `${fill}${bold ? ' font-weight="700"' : ''}${dim ? ' opacity="0.65"' : ''}`;
}

function drawnRow(runs: readonly Run[], top: number): string {
  if (runs.length === 0) return '';
  const grounds = runs.flatMap(({ column, columns, background }) =>
    background === undefined
      ? []
      : [
          `<rect x="${(margin + column * cellSize.width).toFixed(1)}" y="${top}" width="${(columns * cellSize.width).toFixed(1)}" height="${cellSize.height}" fill="${background}"/>`,
        ],
  );
  const spans = runs.map(({ column, columns, text, style }) => {
    const x = (margin + column * cellSize.width).toFixed(1);
    return `<tspan x="${x}" textLength="${(columns * cellSize.width).toFixed(1)}"${style}>${escaped(text)}</tspan>`;
  });
  return [...grounds, `<text y="${(top + 0.75 * cellSize.height).toFixed(1)}">${spans.join('')}</text>`].join('\n');
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The lines of text in a picture, dates, times of day and durations masked: they differ from run to run. */
export function wordsOf(picture: string): readonly string[] {
  const rows = [...picture.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, spans = '']) =>
    spans.replace(/<[^>]+>/g, ''),
  );
  return rows.map((row) =>
    row
      .replace(/\b\d{4}-\d\d-\d\d\b/g, '####-##-##')
      .replace(/\d+:\d\d(:\d\d)?/g, '#:##')
      .replace(/\d+(\.\d+)? (ms|s|min|h)\b/g, '# $2')
      .replace(/run [0-9a-f]{4}\b/g, 'run ####')
      .replace(/ +/g, ' ')
      .trim(),
  );
}
