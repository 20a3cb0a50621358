import { journalEvents } from '../../engine/journal/journal.ts';
import { latestRun } from '../../engine/runs.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { refuseDrill } from '../../plan/standing/drill-refusals.ts';
import type { Files } from '../../site/files.ts';
import { tell } from '../apply/product-verb.ts';
import { lookAtLivingCluster, runUpkeep } from '../apply/upkeep-verb.ts';
import { globalFlags } from '../line/flags.ts';
import { withNodes } from '../line/site-verb.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'drill',
  about:
    'Cut a node off from its network for some minutes and measure what the cluster loses: API, virtual address, every part. A timer on the node ends the cut in any case. Refused where quorum or data would be lost.',
  flags: {
    ...globalFlags,
    seconds: { type: 'string', value: 'N', about: 'How long, 60 to 3600. Default 180; parts move after about 360.' },
  },
  operand: { name: 'NODE', about: 'The node.', required: true },
  run: async ({ args, operands: [node = ''] }) => {
    const seconds = secondsFrom(args.seconds);
    return withNodes(args, async (verb) => {
      const { opened, settings } = verb;
      const seen = await lookAtLivingCluster(verb);
      refuseDrill(node, opened.site, seen.cluster);
      const wish = { purpose: 'drill', verb: `drill ${node}`, upkeep: { drill: { node, seconds } } } as const;
      const code = await runUpkeep(verb, seen, wish);
      if (code === exitCode.done) tell(verb, await reportLines(settings.files, node));
      return code;
    });
  },
});

function secondsFrom(text: string | undefined): number {
  const seconds = text === undefined ? 180 : Number(text);
  if (Number.isInteger(seconds) && seconds >= 60 && seconds <= 3600) return seconds;
  throw new Fault({
    what: `--seconds ${text} is not from 60 to 3600.`,
    next: ['Write for example --seconds 420'],
    exitCode: exitCode.usage,
  });
}

/** What the step measured, as the journal of the run keeps it. */
async function reportLines(files: Files, node: string): Promise<string[]> {
  const run = await latestRun(files);
  if (run === undefined) return [];
  for await (const event of journalEvents(run.directory))
    if (event.type === 'remembered' && event.key === 'report')
      return ['', `Drill of ${node}, run ${run.id}:`, ...event.value.split('; ').map((line) => `  ${line}`)];
  return [];
}
