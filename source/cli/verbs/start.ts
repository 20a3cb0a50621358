import { valuesDocument } from '../../app/documents.ts';
import { releaseChange } from '../../app/release-change.ts';
import { lookAtCluster, runProductPlan, tell } from '../apply/product-verb.ts';
import { globalFlags } from '../line/flags.ts';
import { withSite } from '../line/site-verb.ts';
import { defineVerb } from '../line/verb.ts';
import { unheardLines } from '../text/release-change-text.ts';

export default defineVerb({
  name: 'start',
  about:
    'Deploy the product on the cluster and watch every part of it become ready. Repairs a release that an interrupted change left pending. If everything is ready, it changes nothing.',
  flags: { ...globalFlags },
  run: ({ args }) =>
    withSite(args, async (verb) => {
      const { opened, settings } = verb;
      const seen = await lookAtCluster(verb);
      const { release } = seen;
      if (release)
        tell(verb, [
          `Release ${release.name} is there: ${release.chart}, revision ${release.revision}, ${release.status}.`,
          '',
        ]);
      // Helm judges chart and values before anything is begun.
      const change = await releaseChange(opened, { ...seen, release: undefined }, {});
      if (change) tell(verb, unheardLines(change));
      return await runProductPlan(verb, seen, { purpose: 'start' }, [
        await valuesDocument(opened.site, opened.product, settings.files),
      ]);
    }),
});
