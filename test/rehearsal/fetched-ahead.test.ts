import { expect, test } from 'vitest';
import { microk8s as words } from '../../source/microk8s/microk8s.ts';
import { snap } from '../../source/microk8s/snap.ts';
import { type Bench, bench } from './world.ts';

const channel = '1.34/stable';
const folder = '/var/lib/kloudspot/snaps';

/** s that commands took one after the other, each of which has to work. */
async function time(world: Bench, ...commands: readonly (readonly string[])[]): Promise<number> {
  const begun = world.clock.now();
  for (const command of commands) expect(await world.run('ks-1', command)).toMatchObject({ code: 0 });
  return (world.clock.now() - begun) / 1000;
}

test('a snap that was fetched is installed and follows its channel; both together take as long as from the store', async () => {
  const [ahead, store] = await Promise.all([bench(), bench()]);
  const whole = await time(store, snap.install('microk8s', channel));
  const fetching = await time(ahead, snap.download('microk8s', channel, folder));
  const file = `${folder}/microk8s`;
  const installing = await time(
    ahead,
    snap.ack(`${file}.assert`),
    snap.installFile(`${file}.snap`, { classic: true }),
    snap.switchTo('microk8s', channel),
  );
  expect(fetching).toBeGreaterThan(20);
  expect(Math.abs(fetching + installing - whole)).toBeLessThan(2);
  const list = async (world: Bench) => (await world.run('ks-1', snap.list('microk8s'))).stdout;
  expect(await list(ahead)).toBe(await list(store));
});

test('without the internet nothing is fetched', async () => {
  const world = await bench({ scenario: 'no-internet' });
  expect(await world.run('ks-1', snap.download('microk8s', channel, folder))).toMatchObject({ code: 1 });
  expect(await (await world.host('ks-1')).readFile(`${folder}/microk8s.assert`)).toBeUndefined();
});

test('an image is pulled once', async () => {
  const world = await bench();
  await world.run('ks-1', snap.install('microk8s', channel));
  const image = 'quay.io/metallb/speaker:v0.15.2';
  const [first, again] = [await time(world, words.pullImage(image)), await time(world, words.pullImage(image))];
  expect(first).toBeGreaterThan(5);
  expect(again).toBeLessThan(2);
  expect((await world.run('ks-1', words.images())).stdout.split('\n')).toContain(image);
});
