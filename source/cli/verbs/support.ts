import { lookAtNodes } from '../../app/connect.ts';
import { enterNodes } from '../../app/enter-nodes.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { openSite } from '../../app/site.ts';
import { writeBundle } from '../../app/support/bundle.ts';
import { collect, type Piece } from '../../app/support/collect.ts';
import { redactor } from '../../app/support/redact.ts';
import { type ExitCode, exitCode, Fault } from '../../errors/fault.ts';
import { targetOf } from '../../network/targets.ts';
import { defined } from '../../text/defined.ts';
import { columns } from '../../text/table.ts';
import { accessPrompts } from '../line/access.ts';
import { confirmed } from '../line/confirm.ts';
import { globalFlags } from '../line/flags.ts';
import { outputFile } from '../line/output-file.ts';
import { printJson, printLines, processTerminal, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'support',
  about:
    'Collect what explains a site into one file: facts, findings, status, journals of runs, and the logs of all nodes that answer. Secrets are hidden; the content is listed before the file is written. Dead nodes are left out.',
  flags: {
    ...globalFlags,
    output: {
      type: 'string',
      value: 'FILE',
      about: 'Where to write it: a file, or a folder. Default: support-SITE-TIME.tar.gz here.',
    },
    hours: { type: 'string', value: 'N', about: 'Hours of logs to collect. Default 4.' },
  },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    return support(settings, processTerminal(), args.output, hoursFrom(args.hours));
  },
});

async function support(
  settings: Settings,
  terminal: Terminal,
  output: string | undefined,
  hours: number,
): Promise<ExitCode> {
  const opened = await openSite(settings);
  try {
    const { site, world, passwords } = opened;
    const prompts = accessPrompts(settings, terminal);
    const targets = site.nodes.map(targetOf);
    // What is wrong may be the login of a node: the others are collected from all the same.
    const { refused } = await enterNodes(targets, opened, async () => prompts);
    const seen = await lookAtNodes(targets, world);
    const { unreached } = seen;
    const found = await collect({ opened, seen, refused, files: settings.files, hours });
    const pieces = redacted(found, passwords.all());
    const name = `support-${site.name}-${new Date(world.clock.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}`;
    const path = outputFile(output, `${name}.tar.gz`);
    if (!settings.json)
      printLines(terminal.output, [...contents(pieces, path), ...leftOut(unreached), ...missing(pieces)]);
    await confirmed(`Write ${path}?`, 'support', settings, terminal);
    await writeBundle(path, name, pieces);
    const files = pieces.map((piece) => ({
      ...{ path: piece.path, bytes: bytes(piece), hidden: piece.places },
      ...defined({ missing: piece.missing }),
    }));
    if (settings.json) printJson(terminal, { file: path, files, unreached: Object.fromEntries(unreached) });
    else printLines(terminal.output, [`Written: ${path}. Review it before you send it.`]);
    return exitCode.done;
  } finally {
    await opened.close();
  }
}

interface Listed extends Piece {
  /** Places that were hidden. */
  readonly places: number;
}

function redacted(pieces: readonly Piece[], secrets: readonly string[]): Listed[] {
  const redact = redactor(secrets);
  return pieces.map((piece) => ({ ...piece, ...redact(piece.text) }));
}

function contents(pieces: readonly Listed[], path: string): string[] {
  const rows = pieces.map((piece) => [
    piece.path,
    String(bytes(piece)),
    piece.places === 0 ? '' : String(piece.places),
  ]);
  return [`${path} will hold:`, '', ...columns([['File', 'Bytes', 'Secrets hidden'], ...rows]), ''];
}

function leftOut(unreached: ReadonlyMap<string, string>): string[] {
  if (unreached.size === 0) return [];
  return [
    `Not in it: facts and logs of ${[...unreached.keys()].join(', ')}`,
    ...[...unreached.values()].map((why) => `  ${why}`),
    '',
  ];
}

/** Files that hold only why they hold nothing, by reason. */
function missing(pieces: readonly Listed[]): string[] {
  const reasons = Map.groupBy(pieces, (piece) => piece.missing);
  return [...reasons].flatMap(([why, all]) =>
    why === undefined ? [] : [`Not collected: ${all.map(({ path }) => path).join(', ')}`, `  ${why}`, ''],
  );
}

const bytes = ({ text }: Piece): number => Buffer.byteLength(text);

function hoursFrom(text: string | undefined): number {
  const hours = Number(text ?? 4);
  if (Number.isInteger(hours) && hours > 0) return hours;
  throw new Fault({ what: `--hours ${text} is not a whole number above 0.`, next: ['Write for example --hours 12.'] });
}
