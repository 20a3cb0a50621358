import { resolve } from 'node:path';
import type { InitSession, StartFacts } from '../../app/session.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { type ExitCode, exitCode, Fault } from '../../errors/fault.ts';
import { kloudspot } from '../../text/command.ts';
import type { UnattendedWish } from '../apply/init-unattended.ts';
import type { FirstPage } from '../first-page.ts';
import { acceptFailure, bundleFlag, globalFlags, productFlag } from '../line/flags.ts';
import { processTerminal, refuseToAsk, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'init',
  about: 'Walk through a new site, build the cluster and deploy the product. With --site FILE --yes nothing is asked.',
  flags: {
    ...globalFlags,
    product: productFlag,
    bundle: bundleFlag,
    'accept-failure': acceptFailure,
  },
  run: async ({ args }, { firstPage }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const bundle = args.bundle === undefined ? undefined : resolve(args.bundle);
    if (settings.yes && args.product !== undefined) throw productGiven();
    if (settings.yes) return unattended(settings, terminal, { accept: args['accept-failure'] ?? [], bundle });
    if (!terminal.interactive && !settings.plain) {
      refuseToAsk(
        'kloudspot init asks questions.',
        `Without a terminal: ${kloudspot('init --site FILE --yes')}   (line by line: --plain)`,
      );
    }
    return walk(settings, terminal, { productName: args.product, bundle }, firstPage);
  },
});

const productGiven = (): Fault =>
  new Fault({
    what: '--product is for a new site; with --yes the site file names the product.',
    next: [`Write it there, as product: NAME, and run ${kloudspot('init --site FILE --yes')}`],
    exitCode: exitCode.usage,
  });

async function walk(
  settings: Settings,
  terminal: Terminal,
  { productName, bundle }: { readonly productName: string | undefined; readonly bundle: string | undefined },
  firstPage: FirstPage | undefined,
): Promise<ExitCode> {
  const open = async () => (await import('../../app/init-session.ts')).openInitSession(settings, productName, bundle);
  if (terminal.capable && !settings.plain)
    return drawPages(settings, terminal, open, firstPage ?? { start: await readStart(settings, productName) });
  const { runPlainInit } = await import('../../ui/plain/init.ts');
  const session = await open();
  try {
    return await runPlainInit(session, terminal);
  } finally {
    await session.close();
  }
}

const readStart = async (settings: Settings, productName: string | undefined): Promise<StartFacts> =>
  (await import('../../app/start-facts.ts')).readStartFacts(settings, productName);

async function drawPages(
  settings: Settings,
  { input }: Terminal,
  open: () => Promise<InitSession>,
  firstPage: FirstPage,
): Promise<ExitCode> {
  // Keys typed before the first page must not be echoed over it.
  input.setRawMode(true);
  try {
    const { runInkInit } = await loadPages();
    const { ascii, color, files, rehearsal } = settings;
    return await runInkInit({
      ...firstPage,
      open,
      ascii,
      color,
      files,
      rehearsal: rehearsal && (rehearsal.scenario ?? 'healthy'),
      canRehearse: rehearsal === undefined,
    });
  } finally {
    input.setRawMode(false);
  }
}

/** In two parts, with a turn of the event loop between them: the first page answers keys meanwhile. */
async function loadPages(): Promise<typeof import('../../ui/ink/init.tsx')> {
  await import('../../ui/ink/widgets/frame.tsx');
  await new Promise((turn) => setImmediate(turn));
  return import('../../ui/ink/init.tsx');
}

async function unattended(settings: Settings, terminal: Terminal, wish: UnattendedWish): Promise<ExitCode> {
  const { exists } = await import('../../app/site.ts');
  if (!settings.rehearsal && !settings.siteGiven && !(await exists(settings.site))) {
    throw new Fault({
      what: 'kloudspot init --yes asks nothing, so it needs a site file.',
      where: settings.site,
      next: [
        kloudspot('init --site FILE --yes'),
        `${kloudspot('init')}  walks through a new site and writes that file.`,
      ],
      exitCode: exitCode.usage,
    });
  }
  const { initUnattended } = await import('../apply/init-unattended.ts');
  return initUnattended(settings, terminal, wish);
}
