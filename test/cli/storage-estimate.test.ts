import { describe, expect, test, vi } from 'vitest';
import { siteOfMachine } from '../../source/cli/sizing/install-engines.ts';
import type { EstimateRequest } from '../../source/cli/sizing/run-estimate.ts';
import { exitCode } from '../../source/errors/fault.ts';
import type { StorageFacts } from '../../source/facts/facts.ts';
import { device, GiB, healthyFacts, healthyFactsOf, healthySite, healthyStorage } from '../facts-fixtures.ts';
import { makePlan } from '../plan/sample.ts';
import { machineSubject, product, run, typing } from './estimate-runner.ts';
import { first, group, volume } from './guide-machine.ts';

const subjectOf = (storage: StorageFacts) => machineSubject('nmsc02', healthyFacts('nmsc02', { storage }));

describe('the first transcript, KloudInsights', () => {
  test('asks the same questions in the same order and prints true numbers', async () => {
    const ask = typing('y', false, true, false, '10', '10', '10', '2', '2');
    const { lines, code } = await run({ subject: subjectOf(first), ask });
    expect(ask.asked).toEqual([
      'Do you want to install Openebs? : [? for help] (y/N)',
      'Enable KloudManage :',
      'Enable KloudInsights :',
      'Enable Kloudhybrid :',
      'Stream processing elasticsearch (GB) :',
      'Stream processing state storage (GB) :',
      'Kloudinsights database (GB) :',
      'Kafka distributed messaging (GB) :',
      'Zookeeper coordinator (GB) :',
    ]);
    expect(lines).toEqual([
      'Assuming a 3 node cluster installation',
      'No site yet: assuming that every node is like this machine (nmsc02)',
      'Openebs not installed',
      'Nothing is changed now: OpenEBS is installed by kloudspot init',
      expect.stringMatching(/^Note: cStor was deprecated/),
      '',
      'Volume Groups:',
      '-  vg_data ( 93.1 GB - 87.1 GB free)',
      '   on /dev/sdb1',
      '-  vg_share ( 106.9 GB - 0.0 GB free)',
      '   on /dev/sdb2',
      'Total Free space: 87.1 GB',
      '',
      'Disks:',
      '/dev/sda (50G)',
      '  /dev/sda1 (1M)',
      '  /dev/sda2 (50G) mounted as /',
      '/dev/sdb (200G)',
      '  /dev/sdb1 (93.1G) in Volume Group vg_data',
      '  /dev/sdb2 (106.9G) in Volume Group vg_share',
      '    /dev/mapper/ubuntu--vg-shared (100G)',
      '',
      'What features do you want to use',
      'Using vg_data for unshared volumes',
      'Available: Shared 76 GB, Unshared 77.1 GB',
      '(the pool is on vg_share/shared and holds 0.76 of it: at 85 % of its capacity it turns read-only)',
      '',
      'How much storage do you want to assign to each volume',
      'Required: Shared 20 GB, Unshared 14 GB',
      'The configuration looks OK',
      'Remember each node needs this amount of storage',
    ]);
    expect(code).toBe(0);
  });

  test('80 GB of shared volumes do not fit, although the group has 106', async () => {
    const ask = typing('y', false, true, false, '60', '20');
    const { text, code } = await run({ subject: subjectOf(first), ask });
    expect(code).toBe(3);
    expect(text).toContain('The configuration does NOT fit');
    expect(text).toContain('holds 76 GB of 80 GB shared, 4 GB short');
    expect(text).toContain('  - Reduce Stream processing elasticsearch from 60 to 56 GB.');
  });
});

describe('the second transcript, Kloudhybrid', () => {
  const storage: StorageFacts = {
    ...healthyStorage(),
    volumeGroups: [group('ubuntu-vg', 99, 59, '/dev/sda3')],
    logicalVolumes: [volume('ubuntu-vg', 'shared', 32)],
  };

  test('nothing is shared: what the pool could hold is shown all the same', async () => {
    const ask = typing('y', false, false, true, '10', '10');
    const { text, code } = await run({ subject: subjectOf(storage), ask });
    expect(ask.asked.slice(4)).toEqual(['Stream processing elasticsearch (GB) :', 'Kloudinsights database (GB) :']);
    expect(text).toContain('Using ubuntu-vg for unshared volumes\nAvailable: Shared 24.3 GB, Unshared 49 GB');
    expect(text).toContain('Required: Shared 0 GB, Unshared 20 GB\nThe configuration looks OK');
    expect(code).toBe(0);
  });
});

describe("the guide's template", () => {
  test('its 20 GB volume is found too small for 20 GB: the run grows it, or the size that does is named', async () => {
    const storage = { ...healthyStorage(), logicalVolumes: [volume('ubuntu-vg', 'shared', 20)] };
    const flags = { features: ['kloudInsights'], volumes: [] };
    const grown = await run({ subject: subjectOf(storage), flags });
    expect(grown.code).toBe(0);
    expect(grown.text).toContain('(the run grows ubuntu-vg/shared from 20 GB to 27 GB on nmsc02)');
    const [group] = storage.volumeGroups;
    if (!group) throw new Error('the fixture has a group');
    const full = { ...storage, volumeGroups: [{ ...group, freeBytes: 45 * 2 ** 30 }] };
    const { text, code } = await run({ subject: subjectOf(full), flags });
    expect(code).toBe(3);
    expect(text).toContain('Available: Shared 15.2 GB');
    expect(text).toContain('lvextend -L 27G ubuntu-vg/shared');
  });
});

describe('answers', () => {
  test('bad sizes are refused one by one, in words, until one is right', async () => {
    const ask = typing('y', false, false, true, '0', '1e9', '10GB', '-1', 'much', '12', '10');
    const { wish } = await run({ subject: subjectOf(healthyStorage()), ask });
    expect(ask.refused).toEqual([
      '0 GB is too small: at least 1 GB.',
      '1e9 is not a number of GB: write digits only, such as 10.',
      '10GB carries a unit: write 10, GB is meant already.',
      '-1 is below zero: at least 1 GB.',
      'much is not a number of GB: write digits only, such as 10.',
    ]);
    expect(wish.storage.volumes).toEqual({ streamElasticsearch: 12, insightsDatabase: 10 });
  });

  test('? explains the question about OpenEBS; no, the default, changes nothing that is counted', async () => {
    const ask = typing('?', 'perhaps', '?n', false, true, false);
    const { text, wish, estimate } = await run({ subject: subjectOf(first), ask });
    expect(ask.refused).toEqual([
      expect.stringMatching(/Yes installs it on the cluster that is there.*without a cluster nothing is changed now/),
      expect.stringMatching(/answer y or n/),
    ]);
    expect(wish.storage.shared.engine).toBe('cstor');
    expect(estimate.pool).toBeDefined();
    expect(text).toContain('Available: Shared 76 GB');
  });

  test('a storage class of your own is chosen by its flag, and its space is not counted', async () => {
    const { text, wish, estimate } = await run({
      subject: subjectOf(first),
      flags: { volumes: [], engine: 'existing' },
    });
    expect(wish.storage.shared.engine).toBe('existing');
    expect(estimate.pool).toBeUndefined();
    expect(text).toContain('Available: Shared not asked');
  });

  describe('where a cluster is there', () => {
    const subject = subjectOf(first);
    const microk8s = { installed: true, running: true, joined: true, worker: false };
    const facts = new Map([...subject.facts].map(([name, seen]) => [name, { ...seen, microk8s }]));
    const standing = { ...subject, facts };
    const answering = (answer: string) => typing(answer, false, true, false);

    test('yes installs OpenEBS at that moment, and the estimate goes on', async () => {
      const install = vi.fn(async () => exitCode.done);
      const { lines, code } = await run({ subject: standing, ask: answering('y'), install });
      expect(install).toHaveBeenCalledOnce();
      const place = lines.indexOf('installing OpenEBS...');
      const said = ['installing OpenEBS...', 'Successfully installed OpenEBS.', 'All PODs are UP now...'];
      expect(lines.slice(place, place + 3)).toEqual(said);
      expect(lines).toContain('Required: Shared 20 GB, Unshared 14 GB');
      expect(code).toBe(0);
    });

    test('a run that failed is the end of the estimate, and nothing is called installed', async () => {
      const install = async () => exitCode.stepFailed;
      const { text, code } = await run({ subject: standing, ask: answering('y'), install });
      expect(text).not.toContain('Successfully');
      expect(text).toContain('its run is not finished. To continue it: kloudspot resume');
      expect(text).not.toContain('kloudspot apply');
      expect(code).toBe(4);
    });

    test.each(['', 'n'])('%j installs nothing and says what would', async (answer) => {
      const { text } = await run({ subject: standing, ask: answering(answer) });
      expect(text).toContain('OpenEBS is not installed now; with the rest of the site: kloudspot apply');
    });

    test('the run is a plan of engines alone, for the machine as a site of one node', async () => {
      const site = siteOfMachine(standing);
      expect(site).toMatchObject({ name: 'nmsc02', storage: { unshared: { volumeGroup: 'vg_data' } } });
      const input = { site, product, facts, now: new Date(0) };
      const { purpose, steps } = makePlan({ ...input, purpose: 'storage' });
      expect(purpose).toBe('storage');
      expect(steps.map(({ id }) => id)).toEqual(['storage-engine/lvm', 'storage-engine/cstor']);
    });
  });

  test('sizes from a workload show formula, numbers and what they rest on', async () => {
    const flags = {
      volumes: [],
      features: ['kloudInsights'],
      workload: ['eventsPerSecond=300'],
      whatIf: ['grow=12m'],
    };
    const { lines } = await run({ subject: subjectOf(first), flags });
    const text = lines.join('\n');
    expect(text).toMatch(/Kafka distributed messaging: \d+ GB = \(eventsPerSecond \* bytesPerEvent/);
    expect(lines).toContain('  eventsPerSecond = 300: as given');
    expect(lines).toContain('  growth = 1.2: of this cluster');
    expect(text).toMatch(/partitions = 50: Kafka broker configs: offsets.topic.num.partitions \(documented\)/);
  });

  test.each<[string, Pick<EstimateRequest['flags'], 'whatIf' | 'nodes'>, string]>([
    ['as it is', {}, 'streamElasticsearch 86, insightsDatabase 5'],
    ['with a node lost', { whatIf: ['lose-node'] }, 'streamElasticsearch 129, insightsDatabase 5'],
    ['in a year', { whatIf: ['grow=12m'] }, 'streamElasticsearch 103, insightsDatabase 5'],
    ['on five nodes', { nodes: '5' }, 'streamElasticsearch 52, insightsDatabase 5'],
    [
      'on five in a year with one lost',
      { whatIf: ['lose-node', 'grow=12m'], nodes: '5' },
      'streamElasticsearch 77, insightsDatabase 5',
    ],
  ])('the same workload %s is asked for, each size with formula and source', async (_, asked, sizes) => {
    const flags = { volumes: [], features: ['kloudhybrid'], workload: ['eventsPerSecond=300'], ...asked };
    const { estimate, lines } = await run({ subject: subjectOf(first), flags });
    expect(estimate.volumes.map(({ id, gib }) => `${id} ${gib}`).join(', ')).toBe(sizes);
    for (const { label, gib, computed } of estimate.volumes) {
      expect(lines).toContain(`${label}: ${gib} GB = ${computed?.formula}`);
      expect(lines).toContain(`  Source: ${computed?.source}`);
    }
  });

  test.each([
    [{ whatIf: ['lose-nod'] }, /Unknown question lose-nod/],
    [{ nodes: '0' }, /0 is not a number of nodes/],
    [{ whatIf: ['lose-node'], nodes: '1' }, /With a single node/],
    [{ workload: ['device=1'] }, /Unknown workload device/],
    [{ workload: ['devices=many'] }, /many is not a number/],
  ])('%j is refused in words', async (given, says) => {
    await expect(run({ subject: subjectOf(first), flags: { volumes: [], ...given } })).rejects.toThrow(says);
  });

  test('an installed OpenEBS is not asked about', async () => {
    const ask = typing(false, true, false);
    const { text } = await run({ subject: subjectOf(first), ask, openebs: true });
    expect(ask.asked[0]).toBe('Enable KloudManage :');
    expect(text).toContain('Openebs is installed');
  });

  test('a feature set with nothing to store asks for no size', async () => {
    const ask = typing('y', false, false, false);
    const { text, code } = await run({ subject: subjectOf(healthyStorage()), ask });
    expect(ask.asked).toHaveLength(4);
    expect([code, text]).toEqual([0, expect.stringContaining('Required: Shared 0 GB, Unshared 0 GB')]);
  });

  test('no LVM at all', async () => {
    const storage = {
      ...healthyStorage(),
      volumeGroups: [],
      physicalVolumes: [],
      logicalVolumes: [],
      disks: [device('sdb', 'disk', 500 * GiB)],
    };
    const { text, code } = await run({
      subject: subjectOf(storage),
      flags: { features: ['kloudInsights'], volumes: [] },
    });
    expect(code).toBe(3);
    expect(text).toContain('-  none: LVM is not set up on this machine');
    expect(text).toContain('vgcreate ubuntu-vg /dev/sdb (500 GB)');
  });
});

describe('without questions', () => {
  const site = healthySite();
  const subject: EstimateRequest['subject'] = {
    kind: 'site',
    name: site.name,
    product,
    nodes: site.nodes,
    clusterSize: 3,
    facts: healthyFactsOf(site),
    unreached: new Map(),
    wish: site,
  };

  test('a site is judged node by node', async () => {
    const { text, code } = await run({ subject });
    expect(code).toBe(0);
    expect(text).toContain('Assuming a 3 node cluster installation: the nodes of site berlin');
    expect(text).toContain('Kafka distributed messaging (GB) : 2 unshared, default');
    expect(text).toMatch(/ks-2 +20\.5 GB +\d+(\.\d)? GB +\d+(\.\d)? GB +ok/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control codes are what must not be there.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test('what is left is counted where something is made: a full group beside it does not matter', async () => {
    const storage = { ...first, logicalVolumes: [volume('vg_share', 'shared', 100)] };
    const place = { unshared: { volumeGroup: 'vg_data' }, shared: { ...site.storage.shared, volumeGroup: 'vg_share' } };
    const facts = new Map(site.nodes.map(({ name }) => [name, healthyFacts(name, { storage })]));
    const { lines } = await run({
      subject: { ...subject, facts, wish: { ...site, storage: { ...site.storage, ...place } } },
      flags: { features: ['kloudInsights'], volumes: [] },
    });
    expect(lines.find((line) => line.startsWith('ks-1 '))).toMatch(/^ks-1 +76 GB +77\.1 GB +63\.1 GB +ok$/);
  });

  test('ways out stand in one list, the cheapest first, each once, with the node where it is done on one', async () => {
    const disks = [device('sdb', 'disk', 500 * GiB), device('sdc', 'disk', 2 * GiB)];
    const facts = new Map(
      site.nodes.map(({ name }, index) => {
        const whole = healthyStorage(index + 1);
        const volumeGroups = whole.volumeGroups.map((each) => ({
          ...each,
          freeBytes: index === 0 ? 30 * GiB : 900 * GiB,
        }));
        const more = index === 0 ? disks : [];
        return [name, healthyFacts(name, { storage: { ...whole, volumeGroups, disks: [...whole.disks, ...more] } })];
      }),
    );
    for (const name of ['ks-2', 'ks-3']) {
      const seen = facts.get(name);
      if (seen?.storage) facts.set(name, { ...seen, storage: { ...seen.storage, volumeGroups: [] } });
    }
    const { lines } = await run({ subject: { ...subject, facts } });
    const helps = lines
      .slice(lines.indexOf('What helps, the cheapest first:') + 1)
      .filter((line) => line.startsWith('  - '));
    expect(helps).toEqual([
      '  - ks-2, ks-3: Put in a disk of 52 GB or more and make the group on it: vgcreate ubuntu-vg DISK.',
      '  - ks-1: vgextend ubuntu-vg /dev/sdb (blank, 500 GB).',
      '  - ks-1: vgextend ubuntu-vg /dev/sdc (blank, 2 GB, not enough alone).',
      '  - Turn KloudInsights off: frees 34 GB on each node.',
      ...['ks-1', 'ks-2', 'ks-3'].map(
        (name) =>
          `  - Use another machine as ${name}, with 41 GB free in ubuntu-vg beside the reserve (10 GB or 5 % of the group).`,
      ),
    ]);
  });

  test('flags go before the site', async () => {
    const flags = { features: ['kloudhybrid'], volumes: ['insightsDatabase=30'], engine: 'existing' };
    const { wish, estimate } = await run({ subject, flags });
    expect(wish.features).toEqual(['kloudhybrid']);
    expect(wish.storage.shared.engine).toBe('existing');
    expect(estimate.requiredBytes.unshared).toBe(40 * GiB);
  });

  test('a node that was not reached is said, and the answer is not yes', async () => {
    const facts = new Map([...subject.facts].filter(([name]) => name !== 'ks-2'));
    const unreached = new Map([['ks-2', 'ks-2 did not answer within 10 s.']]);
    const { text, code } = await run({ subject: { ...subject, facts, unreached } });
    expect(code).toBe(3);
    expect(text).toContain('Its disks were not seen: ks-2 did not answer within 10 s.');
    expect(text).toContain('Not every node could be seen');
  });

  test.each([
    [{ volumes: ['kafka=10GB'] }, /carries a unit/],
    [{ volumes: ['kafka'] }, /Nothing was typed/],
    [{ volumes: ['kakfa=3'] }, /Unknown volume kakfa/],
    [{ features: ['kloudspace'], volumes: [] }, /Unknown feature kloudspace/],
    [{ volumes: [], engine: 'ceph' }, /Unknown engine ceph/],
  ])('flags that make no sense are refused: %j', async (flags, says) => {
    await expect(run({ subject, flags })).rejects.toMatchObject({ message: expect.stringMatching(says), exitCode: 2 });
  });
});
