import { describe, expect, it } from 'vitest';
import { emptyView } from '../../source/engine/view/view.ts';
import { filesUnder } from '../../source/site/files.ts';
import { endingOf, nextLines } from '../../source/ui/model/ending.ts';
import { siteOf } from '../plan/sample.ts';
import { planOf } from './sample.ts';

const place = { files: filesUnder('/srv/x'), rehearsal: false };
const site = siteOf({ managers: 3 });
const linesAfter = (change: Partial<typeof site>): readonly string[] =>
  nextLines({ ...emptyView(planOf({ ...site, ...change })), outcome: 'done' }, place);

describe('what is said after a run', () => {
  it('the paths of site.yaml and values.yaml', () => {
    expect(linesAfter({})).toContain('The settings are in /srv/x/etc/kloudspot/site.yaml');
    expect(linesAfter({})).toContain('The Helm values are in /srv/x/etc/kloudspot/values.yaml');
  });
  it('a product that is deployed later has no values yet', () => {
    expect(linesAfter({ deploy: 'later' }).filter((line) => line.includes('values'))).toEqual([]);
  });
  it.each([
    ['self-signed', /^Set a proper certificate in site\.yaml, then {2}kloudspot update$/],
    ['files', /^kloudspot certificates {2}shows the days left/],
  ] as const)('what to do about the certificate: %s', (mode, words) => {
    const tls = mode === 'files' ? { mode, key: '/k', certificate: '/c' } : { mode };
    expect(linesAfter({ tls }).filter((line) => words.test(line))).toHaveLength(1);
  });
});

describe('a run of another purpose', () => {
  it.each(['nodes', 'backup', 'restore', 'certificates', 'rebalance', 'drill'] as const)(
    '%s says its own end',
    (purpose) => {
      const view = { ...emptyView({ ...planOf(site), purpose }), outcome: 'done' } as const;
      expect(endingOf(view).text).not.toContain('is running');
      expect(nextLines(view, place)).toEqual(['kloudspot status  shows the state of the site']);
    },
  );
});
