import type { LiveEvidence, ReleaseEvidence } from '../../check/evidence.ts';
import { unlessFault } from '../../errors/unless-fault.ts';
import { parseSchemaWords, type ValueComplaint } from '../../kubernetes/schema-words.ts';
import { targetOf } from '../../network/targets.ts';
import { placed } from '../../plan/release/value-places.ts';
import { productWish } from '../../plan/stages/charts.ts';
import type { StandingCluster } from '../../plan/standing/standing.ts';
import { helmValues } from '../../plan/values.ts';
import { readChart } from '../../workstation/chart-files.ts';
import { helmAnswer, imagesFound, isBundled, type Opened, siteFileText } from './render.ts';

/**
 * What a release would be refused for: Helm judges where a manager has it, else the schema of a chart that is a folder here. Changes
 * nothing; what gives no answer is left out.
 */
export async function askRelease(
  opened: Opened,
  cluster: StandingCluster | undefined,
): Promise<NonNullable<LiveEvidence['release']>> {
  const text = await siteFileText(opened);
  const judged = await unlessFault(() => byHelm(opened, cluster, text));
  if (judged !== undefined) return judged;
  const complaints = await unlessFault(() => bySchema(opened));
  if (complaints === undefined) return {};
  return { values: { by: 'the schema', problems: placed(complaints, { ...opened, text }) } };
}

/** Undefined where no manager has Helm, and where Helm refuses the chart for something else than its values. */
async function byHelm(
  opened: Opened,
  cluster: StandingCluster | undefined,
  text: string | undefined,
): Promise<ReleaseEvidence | undefined> {
  const { site, product, world } = opened;
  const manager = site.nodes.find(({ name }) => name === cluster?.through);
  if (manager === undefined || isBundled(site, product)) return undefined;
  const host = await world.hosts.get(targetOf(manager));
  const answer = await helmAnswer(host, opened, { nodes: cluster?.nodes }, {});
  if ('said' in answer) {
    const complaints = parseSchemaWords(answer.said);
    const problems = placed(complaints, { site, product, text });
    return complaints.length === 0 ? undefined : { values: { by: 'Helm', problems } };
  }
  const images = await imagesFound(host, opened, answer.rendered.objects);
  return { values: { by: 'Helm', problems: [] }, ...(images && { images }) };
}

/** Undefined for a chart that is not a folder here, or has no schema that is understood. */
async function bySchema({ site, product }: Opened): Promise<ValueComplaint[] | undefined> {
  const { reference } = productWish(site, product);
  if (!reference.startsWith('/')) return undefined;
  const files = readChart(reference);
  // Its validator takes time to load.
  const { judgedBySchema, withDefaults } = await import('../../kubernetes/value-schema.ts');
  const schema = files.get('values.schema.json');
  const values = withDefaults(files.get('values.yaml') ?? '', helmValues(site, product));
  return schema === undefined ? undefined : judgedBySchema(schema, values);
}
