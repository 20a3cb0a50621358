import type { InitSession } from '../../app/session.ts';
import type { Finding } from '../../site/finding.ts';
import type { Site } from '../../site/schema.ts';
import type { WizardView } from '../../wizard/page.ts';
import { pageFindings, pages, settle } from '../../wizard/pages.ts';

/**
 * The whole site, or what is missing. The fields' own words come first, because they name the question as it was asked;
 * the schema has the last word.
 */
export function judgeView(
  session: Pick<InitSession, 'judge'>,
  view: WizardView,
): { readonly site: Site } | { readonly findings: readonly Finding[] } {
  const open = pages.flatMap((page) => pageFindings(page, view)).filter((finding) => finding.check === 'site');
  return open.length > 0 ? { findings: open } : session.judge(settle(view));
}
