import { expect, it } from 'vitest';
import { askPairs } from '../../source/app/ask-pairs.ts';
import type { PairTask } from '../../source/facts/pairs-probe.ts';
import { fakeHost, fakePool } from '../fake-hosts.ts';
import { textOf } from '../plan/fake-world.ts';
import { factsOf, product, siteOf } from '../plan/sample.ts';

const shape = { managers: 3 };
const site = siteOf(shape);
const facts = factsOf(shape);

/** Nodes of which one answers on this port from so many times on: as one that begins to listen late. */
function nodesThatAnswer(port: string, from: number) {
  const tokens: string[] = [];
  const host = (name: string) =>
    fakeHost(name, async (command) => {
      const text = textOf(command);
      const task: PairTask = JSON.parse(text.slice(text.indexOf('{"token')));
      if (!tokens.includes(task.token)) tokens.push(task.token);
      const late = (to: string) => to === 'ks-3' && tokens.length < from;
      const peers = task.peers.map(({ name: to, ports }) => ({
        to,
        latencyMs: tokens.length,
        ports: Object.fromEntries(ports.map((each) => [each, each === port && late(to) ? 'silent' : 'open'])),
      }));
      return { code: 0, stdout: JSON.stringify({ busy: [], peers }), stderr: '' };
    });
  const hosts = fakePool(({ node }) => host(node));
  const closed = async () =>
    [...(await askPairs({ site, product }, hosts, facts, undefined))].flatMap(([from, { peers }]) =>
      peers.flatMap(({ to, ports }) =>
        Object.entries(ports).flatMap(([each, state]) => (state === 'open' ? [] : [`${from} ${to} ${each} ${state}`])),
      ),
    );
  return { closed, tokens };
}

it('asks once where every port answers', async () => {
  const { closed, tokens } = nodesThatAnswer('tcp 16443', 1);
  expect(await closed()).toEqual([]);
  expect(tokens).toHaveLength(1);
});

it('asks again where one does not, and counts as open what answered then', async () => {
  const { closed, tokens } = nodesThatAnswer('tcp 16443', 2);
  expect(await closed()).toEqual([]);
  expect(tokens).toHaveLength(2);
});

it('reports what answered neither time, after two', async () => {
  const { closed, tokens } = nodesThatAnswer('tcp 16443', 9);
  expect(await closed()).toEqual(['ks-1 ks-3 tcp 16443 silent', 'ks-2 ks-3 tcp 16443 silent']);
  expect(tokens).toHaveLength(2);
});
