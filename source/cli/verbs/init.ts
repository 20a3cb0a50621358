import type { InitSession } from '../../app/session.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { type ExitCode, exitCode, Fault } from '../../errors/fault.ts';
import { kloudspot } from '../../text/command.ts';
import { acceptFailure, globalFlags } from '../line/flags.ts';
import { processTerminal, refuseToAsk, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'init',
  about: 'Walk through a new site, build the cluster and deploy the product. With --site FILE --yes nothing is asked.',
  flags: {
    ...globalFlags,
    product: {
      type: 'string',
      value: 'NAME|FILE',
      about: 'The product of a new site: one of templates/products, or a file.',
    },
    'accept-failure': acceptFailure,
  },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    if (settings.yes) return unattended(settings, terminal, args['accept-failure'] ?? []);
    if (!terminal.interactive && !settings.plain) {
      refuseToAsk(
        'kloudspot init asks questions.',
        `Without a terminal: ${kloudspot('init --site FILE --yes')}   (line by line: --plain)`,
      );
    }
    return walk(settings, terminal, args.product);
  },
});

async function walk(settings: Settings, terminal: Terminal, productName: string | undefined): Promise<ExitCode> {
  const open = async () => (await import('../../app/init-session.ts')).openInitSession(settings, productName);
  if (terminal.capable && !settings.plain) return drawPages(settings, terminal, open);
  const { runPlainInit } = await import('../../ui/plain/init.ts');
  const session = await open();
  try {
    return await runPlainInit(session, terminal);
  } finally {
    await session.close();
  }
}

async function drawPages(settings: Settings, { input }: Terminal, open: () => Promise<InitSession>): Promise<ExitCode> {
  // Keys typed before the first page must not be echoed over it.
  input.setRawMode(true);
  try {
    const { runInkInit } = await import('../../ui/ink/init.tsx');
    const { ascii, color, rehearsal } = settings;
    return await runInkInit(open, { ascii, color, rehearsal: rehearsal && (rehearsal.scenario ?? 'healthy') });
  } finally {
    input.setRawMode(false);
  }
}

async function unattended(settings: Settings, terminal: Terminal, accept: readonly string[]): Promise<ExitCode> {
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
  return initUnattended(settings, terminal, accept);
}
