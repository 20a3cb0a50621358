import { netplanDocument, netplanPath } from '../../../../network/netplan.ts';
import { restoreAfterSeconds } from '../../../../plan/steps/network-files.ts';
import { nodeSchema, type Site, type SiteNode, siteRules } from '../../../../site/schema.ts';
import { getAt, textAt } from '../../../../wizard/draft/draft.ts';
import { draftNodes, factsOf } from '../../../../wizard/draft/draft-nodes.ts';
import { provisionalSite } from '../../../../wizard/draft/provisional.ts';
import type { WizardView } from '../../../../wizard/page.ts';
import { diffLines } from '../../../model/diff.ts';
import { type AppBindings, next, type Transition } from '../../store/event.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import { bodyColumns } from '../../widgets/layout.ts';
import { type PagerLine, pagerOf } from '../../widgets/pager/state.ts';

/** Keys of the page Network. */
export function networkKeys(state: AppState): AppBindings {
  const show = (): Transition => {
    const pager = pagerOf(
      'Netplan files, as they are and as they will be',
      netplanLines(viewOf(state)),
      bodyColumns(state.size),
    );
    return next({ ...state, overlay: { kind: 'pager', pager } });
  };
  return [{ keys: ['v'], label: 'netplan files', dropOrder: 3, act: show }];
}

/** Of each node its files, and what the plan makes of them. */
function netplanLines(view: WizardView): readonly PagerLine[] {
  return draftNodes(view.draft).flatMap((node, index) => {
    const name = textAt(node, ['name']) || textAt(node, ['reach']);
    const seen = factsOf(view, index);
    if (seen?.network === undefined) return [{ text: `${name}: not seen yet`, tone: 'accent', head: true }];
    const files = seen.network.netplan;
    const wanted = wantedNode(view, index);
    const change = wanted && netplanDocument(wanted.site, wanted.node, seen);
    if (change === undefined)
      return files.flatMap(({ path, content }) => section(`${name}  ${path}  stays as it is`, plain(content)));
    const gone = files.filter(({ path }) => change.aside.includes(path) || path === netplanPath);
    const before = gone.map(({ content }) => content).join('\n');
    const kept = files.filter((file) => !gone.includes(file));
    return [
      ...section(
        `${name}  ${gone.map(({ path }) => path).join(', ')} → ${change.path}`,
        diffed(before, change.content),
      ),
      ...kept.flatMap(({ path, content }) => section(`${name}  ${path}  stays as it is`, plain(content))),
      {
        text: `  The change rolls itself back after ${restoreAfterSeconds} s, unless ${name} answers at its new address.`,
        tone: 'quiet',
      },
    ];
  });
}

/** The node with its wishes, in the site as far as it goes; undefined while something of it is not right. */
function wantedNode(view: WizardView, index: number): { readonly site: Site; readonly node: SiteNode } | undefined {
  const read = nodeSchema.safeParse(draftNodes(view.draft)[index]);
  if (!read.success) return undefined;
  const gateway = siteRules.hostAddress.safeParse(getAt(view.draft, ['network', 'gateway'])).data;
  const list = (key: string) =>
    siteRules.ipv4
      .array()
      .catch([])
      .parse(getAt(view.draft, ['network', key]));
  const search = siteRules.dnsName
    .array()
    .catch([])
    .parse(getAt(view.draft, ['network', 'search']));
  const site = provisionalSite(view);
  const network = { ...site.network, nameservers: list('nameservers'), search, ...(gateway ? { gateway } : {}) };
  return { site: { ...site, network }, node: read.data };
}

const section = (head: string, lines: readonly PagerLine[]): readonly PagerLine[] => [
  { text: head, tone: 'accent', head: true },
  ...lines,
];

const plain = (content: string): readonly PagerLine[] =>
  content
    .trimEnd()
    .split('\n')
    .map((line) => ({ text: `    ${line}` }));

const diffed = (before: string, after: string): readonly PagerLine[] =>
  diffLines(before, after).map(({ mark, text }) => ({
    text: `  ${mark} ${text}`,
    ...(mark === ' ' ? {} : { tone: mark === '+' ? ('pass' as const) : ('fail' as const) }),
  }));
