import { describe, expect, test } from 'vitest';
import { HostFault } from '../../source/host/host-fault.ts';
import { planNetwork } from '../../source/plan/steps/network.ts';
import { addressOf } from './cluster-words.ts';
import { type Answers, carryThrough, fakeWorld, onceRan, reviewed, textOf } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3, workers: 1 };
const site = siteOf(shape);
const plan = makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now: new Date('2026-11-21T08:00:00Z') });
const step = plan.steps.find(({ id }) => id === 'network@ks-1');
if (!step) throw new Error('The plan changes no address.');
const base = {
  node: 'ks-1',
  path: '/etc/netplan/60-kloudspot.yaml',
  content: 'network: {version: 2, ethernets: {eth0: {addresses: [10.0.4.77/24]}}}\n',
  aside: [],
  cloudInit: false,
  address: '10.0.4.77',
  keep: 'first',
  sshPort: 22,
};

describe('a change of address', () => {
  test('that the workstation cannot confirm is restored by the node itself, and the step says so', async () => {
    const { path } = step.parameters;
    const world = fakeWorld({
      site,
      product,
      answers: {
        'systemctl is-active': { code: 3, stdout: 'inactive\n' },
        'ip -4 -o address show': ({ ran }) => {
          if (ran('netplan apply') && typeof path === 'string') world.written.delete(path);
          return '2: eth0    inet 10.0.4.81/24 scope global dynamic eth0\n';
        },
      },
    });
    await expect(carryThrough(world.context, step)).rejects.toThrow(/rolled the change back by itself/);
    expect(world.ran.some(({ command }) => textOf(command).startsWith('systemctl stop'))).toBe(false);
  });

  test.each(['lost', 'unreachable'] as const)(
    'whose connection breaks (%s) is judged by whether the node is reached again',
    async (kind) => {
      const lost = () => {
        throw new HostFault(kind, 'ks-1', { what: 'The connection broke.' });
      };
      const world = fakeWorld({
        site,
        product,
        answers: {
          'systemctl is-active': 'inactive\n',
          'systemd-run --unit=kloudspot-network-apply': lost,
          'ip -4 -o address show': `2: eth0    inet ${addressOf('ks-1')}/24 scope global eth0\n`,
        },
      });
      await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
    },
  );

  test('is given up before the timer of the node comes, however long its command took', async () => {
    const { path } = step.parameters;
    let armedAt = 0;
    const world = fakeWorld({
      site,
      product,
      answers: {
        'systemctl is-active': 'inactive\n',
        'systemd-run --unit=kloudspot-network-restore': () => {
          armedAt = world.context.clock.now();
          return undefined;
        },
        'systemd-run --unit=kloudspot-network-apply': () => {
          void world.context.clock.sleep(40_000);
          return undefined;
        },
        // it would answer, but too late to be confirmed; then the node has taken it back
        'ip -4 -o address show': () => {
          const late = world.context.clock.now() - armedAt > 75_000;
          if (late && typeof path === 'string') world.written.delete(path);
          return late ? `2: eth0    inet ${addressOf('ks-1')}/24 scope global eth0\n` : '';
        },
      },
    });
    await expect(carryThrough(world.context, step)).rejects.toThrow(/reach ks-1 on/);
  });

  test('that netplan refuses is restored at once', async () => {
    const world = fakeWorld({
      site,
      product,
      answers: {
        'systemctl is-active': 'inactive\n',
        'netplan generate': { code: 1, stderr: 'x.yaml:3:5: unknown key' },
      },
    });
    await expect(carryThrough(world.context, step)).rejects.toThrow(/unknown key/);
    expect(world.ran.map(({ command }) => textOf(command))).not.toContain(
      'systemd-run --unit=kloudspot-network-apply --collect netplan apply',
    );
    expect(world.ran.at(-1)?.command).toEqual(['/bin/sh', '/var/lib/kloudspot/network-restore.sh']);
  });

  describe('whose confirmation was cut off', () => {
    const armed: Answers = {
      'systemctl is-active': 'inactive\n',
      'systemctl is-active kloudspot-network-restore.timer': onceRan('systemctl stop', 'inactive\n', 'active\n'),
      'ip -4 -o address show': `2: eth0    inet ${addressOf('ks-1')}/24 scope global eth0\n`,
    };
    const asPlanned = Object.fromEntries(step.files.map(({ path, content }) => [path, content]));
    const ranIn = (world: ReturnType<typeof fakeWorld>) => world.ran.map(({ command }) => textOf(command));

    test('is confirmed by the next attempt, when the node answers on its new address', async () => {
      const world = fakeWorld({ site, product, answers: armed, files: asPlanned });
      await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
      expect(ranIn(world)).toEqual([
        'systemctl disable kloudspot-network-boot.service',
        'rm -f /etc/systemd/system/kloudspot-network-boot.service',
        'systemctl stop kloudspot-network-restore.timer',
      ]);
    });

    test('is restored by the node itself and begun again, when it was cut off half way', async () => {
      const world = fakeWorld({ site, product, answers: armed });
      await expect(carryThrough(world.context, step)).resolves.toMatchObject({ after: { ok: true } });
      const [stop, back, ...rest] = ranIn(world);
      expect([stop, back]).toEqual([
        'systemctl stop kloudspot-network-restore.timer',
        'systemd-run --unit=kloudspot-network-back --collect /var/lib/kloudspot/network-restore.sh',
      ]);
      expect(rest.at(-1)).toBe(stop);
    });
  });

  test('is not taken for good while the node would restore at its next boot: a power cut ends the timer', async () => {
    const world = fakeWorld({
      site,
      product,
      answers: {
        'systemctl is-active': 'inactive\n',
        'systemctl is-enabled': onceRan('systemctl disable', 'disabled\n', 'enabled\n'),
        'ip -4 -o address show': `2: eth0    inet ${addressOf('ks-1')}/24 scope global eth0\n`,
      },
      files: Object.fromEntries(step.files.map(({ path, content }) => [path, content])),
    });
    const carried = await carryThrough(world.context, step);
    expect(carried).toMatchObject({ before: { ok: false, observed: expect.stringContaining('armed') } });
    expect(carried).toMatchObject({ after: { ok: true } });
  });

  test('keeps a file of ours that stands there before anything can restore: restoring removes the new one by its name', () => {
    const ours = '/etc/netplan/60-kloudspot.yaml';
    const again = planNetwork({ ...base, aside: [ours] }, 'network: {version: 2}');
    const names = again.commands.map(({ name }) => name);
    expect(names.indexOf('keep-ours')).toBeGreaterThan(-1);
    expect(names.indexOf('keep-ours')).toBeLessThan(names.indexOf('arm-boot'));
    expect(names.filter((name) => name.startsWith('set-aside'))).toEqual([]);
  });

  describe('at the next boot', () => {
    const old = '/etc/netplan/50-cloud-init.yaml';
    const prepared = planNetwork({ ...base, aside: [old], atNextBoot: true }, undefined);

    test('the files are written, checked by netplan, and nothing is applied', async () => {
      const world = fakeWorld({
        site,
        product,
        answers: {
          'ip -4 -o address show': '2: eth0    inet 192.168.7.5/24 scope global eth0\n',
          'mv ': () => {
            world.written.delete(old);
            return undefined;
          },
        },
        files: { [old]: 'network: {}' },
      });
      await expect(carryThrough(world.context, prepared)).resolves.toMatchObject({
        after: { ok: true, observed: expect.stringContaining('from its next boot on') },
      });
      const ran = world.ran.map(({ command }) => textOf(command));
      expect(ran).toContain('netplan generate');
      expect(ran.join('\n')).not.toMatch(/netplan apply|systemd-run|systemctl/);
    });
  });

  test('the node takes everything back before anything is changed: the timer is armed first', () => {
    const texts = reviewed(step);
    const at = (part: string) => texts.findIndex((text) => text.includes(part));
    expect(at('on-active')).toBeLessThan(at('mv '));
    expect(at('netplan generate')).toBeLessThan(at('netplan apply'));
  });
});
