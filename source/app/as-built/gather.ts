import type { AsBuilt } from '../../report/as-built.ts';
import type { Files } from '../../site/files.ts';
import { version } from '../../version.ts';
import { checkSite } from '../check-site.ts';
import type { AccessPrompts } from '../connect.ts';
import { pastRuns } from '../history.ts';
import { statusOf } from '../observe-site.ts';
import type { OpenedSite } from '../site.ts';

/** Everything that the as-built document holds, asked now. Nodes that are dead are left out. */
export async function gatherAsBuilt(opened: OpenedSite, files: Files, prompts: AccessPrompts): Promise<AsBuilt> {
  const { site, product, world } = opened;
  const { facts, findings } = await checkSite(opened, prompts, files);
  const status = await statusOf(opened, files, { patient: true });
  const runs = (await pastRuns(files)).map(({ run, by, verb, purpose = '', result }) => ({
    run,
    at: by[0]?.at,
    who: [...new Set(by.map(({ owner }) => owner))].join(', '),
    asked: verb ?? purpose,
    result,
  }));
  return { site, product, status, facts, findings, runs, program: `kloudspot ${version}`, rehearsal: world.scenario };
}
