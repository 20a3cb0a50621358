import { imageAdvice } from '../../facts/images-probe.ts';
import { counted } from '../../text/plural.ts';
import { type Check, fail, pass, siteCheck, warn } from '../check.ts';

export const chartValues: Check = siteCheck(
  {
    id: 'chart-values',
    title: 'Values of the chart',
    why: 'A chart says in a schema which values it takes. Helm refuses the others, which would be half an hour into the run.',
    source: 'https://helm.sh/docs/topics/charts/#schema-files',
  },
  ({ evidence }) => {
    const { values } = evidence?.release ?? {};
    if (values === undefined)
      return pass('later', 'Helm judges them on the first node as soon as it has it, before other nodes join.');
    const { by, problems } = values;
    if (problems.length === 0)
      return pass('accepted', `${by === 'Helm' ? 'Helm' : "The chart's schema"} accepts all values.`);
    return problems.map(({ text, field, line }) =>
      fail('refused', `The chart refuses ${text}.`, {
        advice: `Correct ${line === undefined ? 'site.yaml' : `line ${line} of site.yaml`}${field === undefined ? ': its answers or `values`' : `: ${field.join('.')}`}`,
        ...(field && { field }),
      }),
    );
  },
);

export const imagesThere: Check = siteCheck(
  {
    id: 'images',
    title: 'Images of the product',
    why: 'A pod whose image is not in its registry, or may not be fetched with the login of the site, never starts.',
    source: 'https://distribution.github.io/distribution/spec/api/#existing-manifests',
  },
  ({ evidence }) => {
    const { images } = evidence?.release ?? {};
    if (images === undefined)
      return pass('later', 'Helm says which they are on the first node as soon as it has it, before other nodes join.');
    const { asked, from, missing } = images;
    if (missing.length === 0)
      return pass(asked === 0 ? 'all there' : `${asked} found`, `${from} finds every image that is not on all nodes.`);
    return missing.map(({ image, kind, problem }) => {
      const rest = { wanted: image, advice: imageAdvice };
      const reason = `${from} does not find ${image}: ${problem}.`;
      // A registry that is silent just now does not stop what needs it later; `start` and `update` ask again.
      return kind === 'absent' ? fail('not found', reason, rest) : warn(counted(missing.length, 'image'), reason, rest);
    });
  },
);
