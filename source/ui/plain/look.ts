import { withAccepted } from '../../check/accepted.ts';
import type { CheckHelp } from '../../check/check.ts';
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
export type Decision =
  | { readonly next: 'begin'; readonly plan: Plan }
  | { readonly next: 'quit' }
  | { readonly next: 'back'; readonly from: string | undefined };

export async function lookAndReview(walk: PlainWalk): Promise<Decision> {
  const { talk, session } = walk;
  const judged = judgeView(session, viewOf(walk));
  if ('findings' in judged) {
    talk.say('', 'These answers are missing or invalid:', ...judged.findings.map((finding) => `  ${finding.reason}`));
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

/** The findings when none fails that is not accepted, else where the operator wants to go. */
async function preflight(
  walk: PlainWalk,
  site: Site,
): Promise<{ findings: readonly Finding[] } | Exclude<Decision, { next: 'begin' }>> {
  const { talk, session } = walk;
  for (;;) {
    talk.say('', 'Preflight. Checking every node.');
    const findings = await session.preflight(site, walk.facts, new AbortController().signal);
    const chosen = await weighed(walk, findings);
    if (chosen !== 'again') return chosen;
    // What was fixed on the machines must be checked again.
    walk.facts = await reachNodes(talk, session, walk.draft);
  }
}

type Weighed = { readonly findings: readonly Finding[] } | Exclude<Decision, { next: 'begin' }> | 'again';

/** Says what was found, and asks until nothing fails any more or the operator goes elsewhere. */
async function weighed(walk: PlainWalk, found: readonly Finding[]): Promise<Weighed> {
  const { talk, session } = walk;
  // Loaded here, so that the first question does not wait for the checks.
  const { helpOfChecks } = await import('../../check/accept.ts');
  const help = helpOfChecks(session.product);
  talk.say(...findingLines(found, help));
  let findings = found;
  for (;;) {
    const fails = findings.filter((finding) => finding.grade === 'fail');
    if (fails.length === 0) return { findings };
    const text = await talk.ask(
      'again checks again, back goes to the first of them, ? CHECK says why it matters, accept CHECK continues in spite of it, quit leaves with the draft saved [again]',
    );
    const [word, check] = text.split(/\s+/);
    const first = fails.find((finding) => finding.field)?.field;
    const other = elsewhere(text);
    if (other?.reply === 'quit') return { next: 'quit' };
    if (other?.reply === 'back') return { next: 'back', from: fieldId(walk, first) };
    if (other?.reply === 'to') return { next: 'back', from: placeNamed(viewOf(walk), other.place)?.field.id };
    if (word === '?') talk.say(...helpLines(check ?? fails[0]?.check, help));
    else if (word === 'accept') findings = await accepted(walk, findings, check ?? '');
    else return 'again';
  }
}

/** Failures of that check become warnings, where the product allows it. */
async function accepted(walk: PlainWalk, findings: readonly Finding[], check: string): Promise<readonly Finding[]> {
  const { refuseAcceptance } = await import('../../check/accept.ts');
  try {
    refuseAcceptance([check], walk.session.product);
  } catch (error) {
    walk.talk.say(...faultWords(error));
    return findings;
  }
  const after = withAccepted(findings, new Set([check]));
  const left = new Set(after.flatMap((finding) => (finding.grade === 'fail' ? [finding.check] : [])));
  const known = findings.some((finding) => finding.check === check && finding.grade === 'fail');
  walk.talk.say(
    ...(known ? [`Accepted: ${check}. Plan and journal record it.`] : [`${check} does not fail.`]),
    ...(left.size > 0 ? [`Still failing: ${[...left].join(', ')}.`] : []),
  );
  return after;
}

/** Why a check matters, its source, and whether a failure of it can be accepted. */
function helpLines(check: string | undefined, help: ReadonlyMap<string, CheckHelp>): readonly string[] {
  const about = help.get(check ?? '');
  if (about === undefined) return [`Unknown check ${check}. The names are in brackets above.`];
  const strict = about.strict === undefined ? [] : [`A failure of it cannot be accepted: ${about.strict}`];
  return [`${about.title}: ${about.why}`, `The rule: ${about.source}.`, ...strict];
}

/** The count of the checks, and each cause that does not pass under the title and name of its check. */
export function findingLines(
  findings: readonly Finding[],
  help: ReadonlyMap<string, Pick<CheckHelp, 'title'>>,
): readonly string[] {
  const open = foldNodes(causes(findings).filter((finding) => finding.grade !== 'pass'));
  return [
    `${countText(countChecks(findings))}.`,
    ...open.flatMap(({ check, grade, who, reason, advice, accepted }) => {
      const mark = grade === 'fail' ? 'FAILS' : accepted ? 'Accepted' : 'Warning';
      const about = who === '' ? '' : ` of ${who.replace('→', 'to')}`;
      const head = `${mark}: ${help.get(check)?.title ?? check} (${check})${about}: ${reason}`;
      return advice === undefined ? [head] : [head, `  ${advice}`];
    }),
  ];
}

async function reviewed(walk: PlainWalk, review: Review, plan: Plan): Promise<Decision> {
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
      talk.say(`Unknown question ${other.place}.`);
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
