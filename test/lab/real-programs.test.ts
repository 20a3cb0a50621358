// The chart against the programs themselves: ZooKeeper and Kafka run in its pods, form what it describes, and keep what they were given.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from './lab.ts';
import { fromLaptop, ran } from './program.ts';
import { buildRealPrograms, serveRealPrograms } from './real-programs.ts';
import { writeProduct, writeSite } from './site.ts';

let root: string;

/** Three managers with KloudInsights. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await buildRealPrograms();
  await lab.up({ nodes: 3, volumeGroup: 'ubuntu-vg', disk: '100G', upgrade: false });
  serveRealPrograms();
  const folder = join(root, 'site');
  const product = await writeProduct(folder);
  const site = await writeSite({ folder, product, nodes: [1, 2, 3].map((n) => ({ n, name: `ks-${n}` })) });
  const flags = ['--site', site, '--yes', '--accept-new-host-keys'];
  const { code, stdout, stderr } = await ran(fromLaptop(root, 'init', ...flags));
  expect(code, stdout.slice(-3_000) + stderr).toBe(0);
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

const members = [0, 1, 2];
const patience = { timeout: 400_000, interval: 2_000 };
const namespace = ['-n', 'kloudspot'];
/** What a command prints in a member, on both channels: a tool of Java that fails says so on the second. */
async function inside(part: string, member: number, ...words: readonly string[]): Promise<string> {
  const pod = `kloudspot-${part}-${member}`;
  const { stdout, stderr } = await lab.tryKubectl(['exec', ...namespace, pod, '--', ...words]);
  return stdout + stderr;
}
const ready = async () => {
  const sets = await lab.objects('statefulsets', ...namespace);
  return sets.filter(({ metadata }) => /kafka|zookeeper/.test(metadata.name)).map(({ status }) => status.readyReplicas);
};
/** `leader` or `follower`, as a member says of itself. */
const modeOf = async (member: number) =>
  /Mode: (\w+)/.exec(
    await inside('zookeeper', member, 'bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/2181; echo srvr >&3; cat <&3'),
  )?.[1];
const zookeeper = (member: number, ...words: readonly string[]) => inside('zookeeper', member, 'zkCli.sh', ...words);
const kafka = (member: number, tool: string, ...words: readonly string[]) =>
  inside('kafka', member, 'kafka-tool', tool, '--bootstrap-server', 'localhost:9092', ...words);
const write = (member: number, text: string) =>
  inside(
    'kafka',
    member,
    'bash',
    '-c',
    `echo ${text} | kafka-tool kafka.tools.ConsoleProducer --bootstrap-server localhost:9092 --topic events --producer-property acks=all`,
  );
const read = (member: number, count: number) =>
  kafka(
    member,
    'org.apache.kafka.tools.consumer.ConsoleConsumer',
    ...['--topic', 'events', '--from-beginning', '--max-messages', String(count), '--timeout-ms', '60000'],
  );

describe('the real programs in the pods of the chart', () => {
  it('three members of ZooKeeper choose one leader; what is written on one is read on another', async () => {
    await expect.poll(ready, patience).toEqual([3, 3]);
    const modes = async () => (await Promise.all(members.map(modeOf))).toSorted();
    await expect.poll(modes, patience).toEqual(['follower', 'follower', 'leader']);
    expect(await zookeeper(0, 'create', '/kept', 'by-all')).toContain('Created /kept');
    await expect.poll(() => zookeeper(2, 'get', '/kept'), patience).toContain('by-all');
  });

  it('three brokers of Kafka have a topic in three copies; what one takes another gives', async () => {
    const topic = ['--topic', 'events', '--partitions', '1', '--if-not-exists'];
    await expect
      .poll(() => kafka(0, 'org.apache.kafka.tools.TopicCommand', '--create', ...topic), patience)
      .toMatch(/Created topic|already exists|^$/);
    const described = () => kafka(1, 'org.apache.kafka.tools.TopicCommand', '--describe', '--topic', 'events');
    await expect.poll(described, patience).toMatch(/Isr: (\d,){2}\d/);
    expect(await described()).toContain('min.insync.replicas=2');
    await write(0, 'first');
    expect(await read(2, 1)).toMatch(/^first$/m);
  });

  it('what the volumes hold is there after all members have lost their containers', async () => {
    const both = ['-l', 'app.kubernetes.io/component in (kafka,zookeeper)'];
    await lab.kubectl(['delete', 'pods', ...namespace, ...both, '--wait']);
    await expect.poll(ready, patience).toEqual([3, 3]);
    await expect.poll(() => zookeeper(1, 'get', '/kept'), patience).toContain('by-all');
    await expect.poll(() => read(1, 1), patience).toMatch(/^first$/m);
    await write(2, 'second');
    await expect.poll(() => read(0, 2), patience).toMatch(/^second$/m);
  });
});
