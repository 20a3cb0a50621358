import { type SiteDocument, valuesDocument } from '../../app/documents.ts';
import { changedSite } from '../../app/set-values.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { openSite } from '../../app/site.ts';
import { type ExitCode, Fault } from '../../errors/fault.ts';
import { parseChartName } from '../../kubernetes/helm.ts';
import { loadProduct } from '../../product/load.ts';
import type { Observation } from '../../status/observation.ts';
import { kloudspot } from '../../text/command.ts';
import { diffLines, shortDiff } from '../../ui/model/diff.ts';
import { refuseClaimChanges } from '../apply/claim-refusal.ts';
import { lookAtCluster, type ProductVerb, runProductPlan, tell } from '../apply/product-verb.ts';
import { globalFlags } from '../line/flags.ts';
import { processTerminal, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'update',
  about:
    'Apply what changed in site.yaml to the running product. The chart keeps its version unless --update-helm is given. When the parts do not become ready, the revision before is restored.',
  flags: {
    ...globalFlags,
    'update-helm': { type: 'boolean', about: 'Take the newest chart that the site allows.' },
    set: {
      type: 'string',
      multiple: true,
      value: 'PATH=VALUE',
      about: 'Change site.yaml first, such as customer.reference=berlin-2. May be given several times.',
    },
  },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    return update(settings, processTerminal(), { newest: args['update-helm'] ?? false, set: args.set ?? [] });
  },
});

interface Wish {
  readonly newest: boolean;
  readonly set: readonly string[];
}

async function update(settings: Settings, terminal: Terminal, { newest, set }: Wish): Promise<ExitCode> {
  const found = await openSite(settings);
  try {
    const change = set.length === 0 ? undefined : await changedSite(found.site, settings.site, set);
    const site = change?.site ?? found.site;
    const product = site.product === found.site.product ? found.product : await loadProduct(site.product);
    const verb = { opened: { ...found, site, product }, settings, terminal };
    const seen = await lookAtCluster(verb);
    refuseUninstalled(seen, verb);
    refuseClaimChanges(seen, site, product);
    const values = await valuesDocument(site, product, settings.files);
    tell(verb, valuesDifference(values));
    const chartVersion = seen.release && parseChartName(seen.release.chart)?.version;
    const siteFile = change === undefined ? [] : [{ path: settings.site, content: change.text, mode: 0o644 }];
    const wish = { purpose: 'update', newestChart: newest, chartVersion } as const;
    return await runProductPlan(verb, seen, wish, [...siteFile, values]);
  } finally {
    await found.close();
  }
}

function refuseUninstalled({ releaseAsked, release }: Observation, { opened }: ProductVerb): void {
  if (!releaseAsked || release) return;
  throw new Fault({
    what: `${opened.product.name} is not installed on ${opened.site.name}: there is nothing to update.`,
    next: [`${kloudspot('start')}  installs it.`],
  });
}

function valuesDifference({ path, content, before = '' }: SiteDocument): string[] {
  if (before === content) return ['The values are as they were written last.', ''];
  const lines = shortDiff(diffLines(before, content)).map(({ mark, text }) => `  ${mark} ${text}`);
  return [`${path}:`, ...lines, ''];
}
