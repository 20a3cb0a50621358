import type { RunEventBody } from '../../../source/engine/journal/event.ts';
import type { Plan } from '../../../source/plan/document/document.ts';
import type { Grade } from '../../../source/site/finding.ts';
import type { Size } from '../../../source/ui/ink/widgets/layout.ts';
import { reviewOf } from '../../../source/ui/model/review.ts';
import { keyOf } from '../page-places.ts';
import { facts, planOf, product, siteOf, wholeDraft } from '../sample.ts';
import { Walk } from './walk.tsx';

const site = siteOf(wholeDraft);
export const plan = planOf(site);
/** The review of a plan of the sample site. */
export const reviewOfPlan = (plan: Plan) =>
  reviewOf({
    site,
    product,
    plan,
    findings: [],
    documents: [{ path: '/etc/site.yaml', content: 'a\n', before: undefined }],
    estimateMs: undefined,
  });
const review = reviewOfPlan(plan);

export const begin = (size?: Size): Walk => new Walk(size);

export const opened = (size?: Size): Walk =>
  new Walk(size).tell({ type: 'draft', draft: wholeDraft, savedAt: new Date(0), now: 0 });

/** Every node has answered. */
export const seen = (walk: Walk): Walk =>
  [21, 22, 23].reduce(
    (one, last) =>
      one.tell({
        type: 'access',
        reach: `10.0.4.${last}`,
        now: 0,
        state: { state: 'ready', facts: facts('ks', `10.0.4.${last}`) },
      }),
    walk,
  );

/** Preflight, with one check that ends so. */
export const checked = (grade: Grade, size?: Size): Walk =>
  seen(opened(size))
    .keys(keyOf('Preflight'))
    .tell(
      { type: 'judged', open: [], site },
      {
        type: 'checked',
        findings: [
          { check: 'memory', grade: 'pass', nodes: ['ks-1'], seen: '64 GB', reason: 'Enough.' },
          {
            check: 'cpu-cores',
            grade,
            nodes: ['ks-2'],
            seen: '4',
            reason: 'Few cores.',
            advice: 'Add some',
            field: ['nodes', 1, 'name'],
          },
        ],
        help: new Map([['cpu-cores', { title: 'Processor cores', why: 'Cores are needed.', source: 'The floor' }]]),
      },
    );

export const reviewed = (size?: Size): Walk => checked('pass', size).keys('n').tell({ type: 'planned', plan, review });

/** Events of the run, a second apart. */
export const told = (walk: Walk, ...events: readonly RunEventBody[]): Walk =>
  walk.tell(
    ...events.map((event, second) => {
      const at = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
      return { type: 'run', now: 0, news: { type: 'event', left: undefined, event: { at, ...event } } } as const;
    }),
  );

export const ran = (size?: Size): Walk =>
  told(
    reviewed(size).keys('berlin<enter>').tell({ type: 'begun', now: 0 }),
    { type: 'run-started', run: '7f3a', plan: 'x', process: 1, owner: 'me', host: 'h', resumed: false },
    { type: 'step-started', step: 'chart', attempt: 1, deadlineMs: 60_000 },
  );

export const failed = (size?: Size): Walk =>
  told(
    ran(size),
    {
      type: 'step-failed',
      step: 'chart',
      tried: 'helm',
      seen: 'no',
      causes: ['a cause'],
      next: ['helm ls'],
      durationMs: 1,
    },
    { type: 'run-paused', why: 'failed' },
  );

export const ended = (outcome: 'done' | 'stopped', size?: Size): Walk =>
  told(ran(size), { type: 'run-ended', outcome, why: 'over' });
