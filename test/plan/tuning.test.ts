import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { kernelSettings } from '../../source/check/subjects/kernel.ts';
import type { NodeFacts } from '../../source/facts/facts.ts';
import { lookAtTuning, parseTuning } from '../../source/plan/steps/tuning-state.ts';
import { loadProduct } from '../../source/product/load.ts';
import { tuningSchema } from '../../source/product/tuning.ts';
import { inputOf } from '../check/cases/case.ts';
import { type Answers, carryThrough, fakeWorld, textOf } from './fake-world.ts';
import { factsOf, makePlan, siteOf, stepsOf } from './sample.ts';

const product = await loadProduct('zenko');
const shape = { managers: 3 };
const site = siteOf(shape, { product: 'zenko', features: [] });
const facts = factsOf(shape);
const plan = makePlan({ purpose: 'init', site, product, facts, now: new Date(0) });

test('every node is set up after its restart and before MicroK8s, with the reasons in the plan', () => {
  const ids = plan.steps.map(({ id }) => id);
  for (const node of ['ks-1', 'ks-2', 'ks-3']) {
    expect(ids.indexOf(`reboot@${node}`)).toBeLessThan(ids.indexOf(`tuning@${node}`));
    expect(ids.indexOf(`tuning@${node}`)).toBeLessThan(ids.indexOf(`microk8s-install@${node}`));
  }
  const step = plan.steps.find(({ id }) => id === 'tuning@ks-1');
  expect(step).toMatchObject({ undoable: true, why: expect.stringContaining('Kafka maps two files') });
  expect(step?.files.map(({ path, mode, owner }) => [path, mode, owner])).toEqual([
    ['/etc/modules-load.d/kloudspot.conf', 0o644, 'root:root'],
    ['/etc/sysctl.d/99-zz-kloudspot.conf', 0o644, 'root:root'],
  ]);
  expect(step?.commands.map(({ command }) => command)).toContainEqual(['sysctl', '-w', 'vm.max_map_count=262144']);
});

test('no module is loaded that the kernel has already: modprobe knows none that is built in', async () => {
  const step = stepsOf(plan)('tuning@ks-1');
  const said = (kernel: readonly string[]) => {
    const sysctls = product.tuning.sysctls.map(({ name, value }) => `sysctl ${name} ${value}`);
    const files = step.files.map(({ path }) => `file ${path} 644 root:root`);
    return [...kernel, ...sysctls, ...files].join('\n');
  };
  const loadedBy = async (...kernel: readonly string[]) => {
    const answers: Answers = {
      'tuning-state': ({ ran }) => said(ran('modprobe') > 0 ? ['module br_netfilter'] : kernel),
    };
    const world = fakeWorld({ site, product, answers });
    await carryThrough(world.context, step);
    return world.ran.map(({ command }) => textOf(command)).filter((text) => text.startsWith('modprobe'));
  };
  expect(await loadedBy()).toEqual(['modprobe br_netfilter']);
  expect(await loadedBy('module br_netfilter')).toEqual([]);
});

test('a product that declares nothing has no such step', async () => {
  const plain = makePlan({
    purpose: 'init',
    site: siteOf(shape),
    product: await loadProduct('kloudspot'),
    facts,
    now: new Date(0),
  });
  expect(plain.steps.filter(({ kind }) => kind === 'tuning')).toEqual([]);
});

test('the script reads the kernel and the modules of a real machine', async () => {
  const {
    name,
    text,
    arguments: words = [],
  } = lookAtTuning(
    ['vm.max_map_count', 'net.ipv4.ip_local_port_range', 'vm.no_such'],
    ['no_such_module', 'br_netfilter'],
  );
  const { stdout } = await execa('bash', ['-c', text, name, ...words]);
  const { sysctls, loaded } = parseTuning(stdout);
  const read = async (path: string) => (await readFile(`/proc/sys/${path}`, 'utf8')).trim().split(/\s+/).join(' ');
  expect(Object.fromEntries(sysctls)).toEqual({
    'vm.max_map_count': await read('vm/max_map_count'),
    'net.ipv4.ip_local_port_range': await read('net/ipv4/ip_local_port_range'),
  });
  // Built in, it shows itself by its settings alone.
  const filters = ['/sys/module/br_netfilter', '/proc/sys/net/bridge'].some((path) => existsSync(path));
  expect([...loaded]).toEqual(filters ? ['br_netfilter'] : []);
});

test.each([
  [{ sysctls: [{ name: 'vm.swappiness', value: 1 }] }, 'why'],
  [{ sysctls: [{ name: 'vm.swappiness; reboot', value: 1, why: 'x' }] }, 'sysctl'],
  [{ sysctls: [{ name: 'kernel.core_pattern', value: '|/bin/sh', why: 'x' }] }, 'words or numbers'],
  [
    {
      modules: [
        { name: 'a', why: 'x' },
        { name: 'a', why: 'x' },
      ],
    },
    'each name once',
  ],
  [{ limits: [{ domain: '*', type: 'soft', item: 'files', value: 1, why: 'x' }] }, 'item'],
])('%j is refused', (tuning, said) => {
  const { error } = tuningSchema.safeParse(tuning);
  expect(JSON.stringify(error?.issues)).toContain(said);
});

test('a setting that the run makes is not asked for by a check', () => {
  const settings = new Map([['fs.inotify.max_user_instances', 128]]);
  const low = (each: NodeFacts): NodeFacts => ({
    ...each,
    kernel: { modules: new Map(), controllers: [], settings, security: [], selinuxEnforcing: false },
  });
  const judge = (tuning: typeof product.tuning) => {
    const input = inputOf({ facts: { 'ks-1': low }, product: (other) => ({ ...other, tuning }) }, product);
    return kernelSettings.judge(input).find(({ nodes }) => nodes.includes('ks-1'))?.grade;
  };
  expect(judge(tuningSchema.parse({}))).toBe('warn');
  expect(judge(product.tuning)).toBe('pass');
});
