import { describe, expect, test } from 'vitest';
import { noRelease, release, workloads } from './cluster-words.ts';
import { carryThrough, fakeWorld, textOf } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3 };
const site = siteOf(shape);
const plan = makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now: new Date('2026-11-21T08:00:00Z') });
const step = plan.steps.find(({ id }) => id === 'storage-engine/cstor');
if (!step) throw new Error('The plan installs no cStor.');

const M = '/snap/bin/microk8s';
const webhook = 'validatingwebhookconfigurations openebs-cstor-validation-webhook';
const made = `kloudspot ${String(step.parameters.digest)}`;

/** Carries the step through where Helm begins with `first`, and where the engine's webhook is there or not. */
async function ranFrom(first: string | typeof noRelease, there: boolean): Promise<string[]> {
  const world = fakeWorld({
    site,
    product,
    answers: {
      [`${M} helm3 status`]: ({ ran }) =>
        ran('upgrade') ? release('deployed', made) : ran('uninstall') ? noRelease : first,
      [`${M} helm3 history`]: '[]',
      [`${M} kubectl get ${webhook}`]: ({ ran }) =>
        there && ran(`delete ${webhook}`) === 0 ? '{"metadata":{"name":"openebs-cstor-validation-webhook"}}' : '',
      [`${M} kubectl get deployments`]: workloads({
        kind: 'Deployment',
        name: 'cspc-operator',
        wanted: 1,
        ready: 1,
        release: 'cstor',
      }),
    },
  });
  await expect(carryThrough(world.context, step ?? never())).resolves.toMatchObject({ after: { ok: true } });
  return world.ran.map(({ command }) => textOf(command).replace(`${M} `, ''));
}

function never(): never {
  throw new Error('There is no step.');
}

const named = (texts: readonly string[]) =>
  texts.map((text) => (text.includes('--install') ? 'install' : text.includes('uninstall') ? 'uninstall' : text));

describe('cStor, whose running operator makes a webhook that no chart removes,', () => {
  test.each([['pending-install'], ['uninstalling']])(
    'left %s is removed without its hooks, with the webhook, and installed',
    async (left) => {
      const texts = named(await ranFrom(release(left, 'x'), true));
      expect(texts).toEqual(['uninstall', expect.stringContaining(`delete ${webhook}`), 'install']);
    },
  );

  test('whose removal was killed before the webhook went is rid of it before the installation', async () => {
    const texts = named(await ranFrom(noRelease, true));
    expect(texts).toEqual([expect.stringContaining(`delete ${webhook}`), 'install']);
  });

  test('on a cluster that never had it deletes nothing', async () => {
    expect(named(await ranFrom(noRelease, false))).toEqual(['install']);
  });
});
