import { causes, countChecks, countText, foldNodes } from '../../check/summary.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { Finding } from '../../site/finding.ts';
import type { Site, SitePath } from '../../site/schema.ts';
import { durationGuess } from '../../text/duration.ts';
import { columns } from '../../text/table.ts';
import { judgeView } from '../model/judge.ts';
import { diffText } from '../model/planned-changes.ts';
import { type Review, reviewOf } from '../model/review.ts';
import { reachNodes } from './access.ts';
import { faultWords, type PlainWalk, viewOf } from './plain-walk.ts';
import { elsewhere } from './question.ts';
import { placeAt, placeNamed } from './walk.ts';

/** What comes of preflight and review: begin, leave, or back to a question. */
export type Looked =
  | { readonly next: 'begin'; readonly plan: Plan }
  | { readonly next: 'quit' }
  | { readonly next: 'back'; readonly from: string | undefined };

export async function lookAndReview(walk: PlainWalk): Promise<Looked> {
  const { talk, session } = walk;
  const judged = judgeView(session, viewOf(walk));
  if ('findings' in judged) {
    talk.say(
      '',
      'These answers are missing or not right yet:',
      ...judged.findings.map((finding) => `  ${finding.reason}`),
    );
    return { next: 'back', from: fieldId(walk, judged.findings[0]?.field) };
  }
  for (;;) {
    const checked = await preflight(walk, judged.site);
    if (!('findings' in checked)) return checked;
    try {
      const plan = await session.plan(judged.site, walk.facts, checked.findings);
      const documents = await session.documents(judged.site);
      const estimateMs = session.estimate(plan, new Set());
      const review = reviewOf({
        site: judged.site,
        product: session.product,
        plan,
        findings: checked.findings,
        documents,
        estimateMs,
      });
      return await reviewed(walk, review, plan);
    } catch (error) {
      talk.say(...faultWords(error));
      if (!(await talk.yes('Try again', true))) return { next: 'quit' };
    }
  }
}

function fieldId(walk: PlainWalk, path: SitePath | undefined): string | undefined {
  return path === undefined ? undefined : placeAt(viewOf(walk), path)?.field.id;
}

/** The findings when none fails, else where the operator wants to go. */
async function preflight(
  walk: PlainWalk,
  site: Site,
): Promise<{ findings: readonly Finding[] } | Exclude<Looked, { next: 'begin' }>> {
  const { talk, session } = walk;
  for (;;) {
    talk.say('', 'Preflight. Looking at every node.');
    const findings = await session.preflight(site, walk.facts, new AbortController().signal);
    // Loaded here, so that the first question does not wait for the checks.
    const { checks } = await import('../../check/checks.ts');
    talk.say(...findingLines(findings, new Map(checks.map(({ id, title }) => [id, title]))));
    const fails = findings.filter((finding) => finding.grade === 'fail');
    if (fails.length === 0) return { findings };
    const first = fails.find((finding) => finding.field)?.field;
    const text = await talk.ask(
      'again checks again, back goes to the first of them, quit leaves with the draft saved [again]',
    );
    const other = elsewhere(text);
    if (other?.reply === 'quit') return { next: 'quit' };
    if (other?.reply === 'back') return { next: 'back', from: fieldId(walk, first) };
    if (other?.reply === 'to') return { next: 'back', from: placeNamed(viewOf(walk), other.place)?.field.id };
    // What was fixed on the machines must be checked again.
    walk.facts = await reachNodes(talk, session, walk.draft);
  }
}

/** The count of the checks, and each cause that does not pass under the title of its check. */
export function findingLines(findings: readonly Finding[], titles: ReadonlyMap<string, string>): readonly string[] {
  const open = foldNodes(causes(findings).filter((finding) => finding.grade !== 'pass'));
  return [
    `${countText(countChecks(findings))}.`,
    ...open.flatMap(({ check, grade, who, reason, advice, accepted }) => {
      const mark = grade === 'fail' ? 'FAILS' : accepted ? 'Accepted' : 'Warning';
      const about = who === '' ? '' : ` of ${who.replace('→', 'to')}`;
      const head = `${mark}: ${titles.get(check) ?? check}${about}: ${reason}`;
      return advice === undefined ? [head] : [head, `  ${advice}`];
    }),
  ];
}

async function reviewed(walk: PlainWalk, review: Review, plan: Plan): Promise<Looked> {
  const { talk } = walk;
  talk.say('', ...reviewLines(review));
  for (;;) {
    const text = await talk.ask(
      `Type ${review.site} to start; a number changes that line; d shows the files, c the commands, back the last question, quit leaves`,
    );
    if (text === review.site) return { next: 'begin', plan };
    const other = elsewhere(text);
    if (other?.reply === 'quit') return { next: 'quit' };
    if (other?.reply === 'back') return { next: 'back', from: 'customer.dnsName' };
    if (other?.reply === 'to') {
      const found = placeNamed(viewOf(walk), other.place);
      if (found) return { next: 'back', from: found.field.id };
      talk.say(`There is no question called ${other.place}.`);
      continue;
    }
    const line = review.lines[Number(text) - 1];
    if (text === 'd') talk.say(...diffText(review.files).map((one) => `${one.mark} ${one.text}`));
    else if (text === 'c') talk.say(...review.commands.map((command) => `${command.node}: ${command.text}`));
    else if (line?.field) return { next: 'back', from: fieldId(walk, line.field) };
    else
      talk.say(
        ...(line
          ? [line.text, ...line.detail.map((one) => `  ${one}`)]
          : [text === '' ? `Type ${review.site} to start.` : `${text} is not ${review.site}: nothing was started.`]),
      );
  }
}

function reviewLines(review: Review): readonly string[] {
  const time = review.estimateMs === undefined ? '' : `, ${durationGuess(review.estimateMs)} by earlier runs`;
  const words = { pass: 'ok', warn: 'warning', fail: 'FAILS', plain: '' };
  return [
    `Review. Everything that will happen: ${review.steps} steps${time}.`,
    ...columns(review.lines.map((line, index) => [String(index + 1), line.subject, words[line.grade], line.text])),
    ...(review.final.length > 0 ? [`Cannot be undone: ${review.final.join('; ')}.`] : []),
  ];
}
