// The facts of real nodes over OpenSSH, whole process from cold, beside a loop of plain ssh that runs the same script on all nodes at once.
// Client and nodes share this machine's processors: what the nodes spend is in both figures. Nothing here passes or fails.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { factsProbe } from '../../source/facts/probe.ts';
import { commandLine } from '../../source/text/quote.ts';
import { hasUsers, makeSshd, type Sshd } from '../host/sshd.ts';
import { siteOf } from '../plan/sample.ts';
import { type Peer, peersOf } from './peers.ts';
import { median, type Row } from './row.ts';

const launcher = resolve(import.meta.dirname, '../../bin/kloudspot');
const sizes = [
  { count: 3, goal: 1.3 },
  { count: 20, goal: 1.15 },
] as const;
const packages = ['lvm2', 'open-iscsi', 'docker.io', 'containerd.io', 'ufw', 'multipath-tools'];

/** Linux answers at all of 127.0.0.0/8. */
const address = (index: number) => `127.0.0.${index + 1}`;
/** An sshd listens at 16 addresses at most. */
const nodesOfOne = 10;

interface Node {
  readonly at: string;
  readonly sshd: Sshd;
}

/** s until the program has ended. Throws where it ended with another code than 0. */
function time(words: readonly string[]): Promise<number> {
  const started = performance.now();
  const [file = '', ...rest] = words;
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said += data;
    });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', (code) => {
      if (code === 0) done((performance.now() - started) / 1000);
      else fail(new Error(`${file} ended with ${code}: ${said}`));
    });
  });
}

/** A site file with these nodes. */
function writeSite(folder: string, places: readonly Node[]): string {
  const site = siteOf({ managers: 3, workers: places.length - 3 });
  const nodes = places.map(({ at, sshd }, index) => {
    const { user, port, identityFile: key } = sshd.target;
    return { ...site.nodes[index], reach: at, access: { user, port, key }, network: { mode: 'dhcp' } };
  });
  const path = join(folder, `site-${places.length}.yaml`);
  writeFileSync(path, JSON.stringify({ ...site, nodes }));
  return path;
}

/** The loop that one would write: each node at once, its own connection, the script under sudo. */
function writeLoop(folder: string, places: readonly Node[]): string {
  const script = factsProbe(packages);
  writeFileSync(join(folder, 'facts.sh'), script.text);
  const known = `-o UserKnownHostsFile=${join(folder, 'known')} -o StrictHostKeyChecking=accept-new`;
  const command = commandLine([commandLine(['sudo', '-n', 'bash', '-s', '--', ...packages])]);
  const lines = places.map(({ at, sshd: { port, target } }) => {
    const login = `-p ${port} -i ${target.identityFile} -l ${target.user} ${at}`;
    return `ssh -F none -T -o BatchMode=yes ${known} ${login} ${command} <${join(folder, 'facts.sh')} >/dev/null &`;
  });
  const path = join(folder, `loop-${places.length}.sh`);
  writeFileSync(path, [...lines, 'wait', ''].join('\n'));
  return path;
}

/** Those that do their work here; the first run warms them up. */
async function tried(peers: readonly Peer[]): Promise<{ peers: Peer[]; missing: string[] }> {
  const works: Peer[] = [];
  for (const peer of peers)
    if (
      await time(peer.words).then(
        () => true,
        () => false,
      )
    )
      works.push(peer);
  return { peers: works, missing: peers.filter((peer) => !works.includes(peer)).map(({ name }) => name) };
}

const asPeerNode = ({ at, sshd: { target, port } }: Node, place: number) => ({
  name: `node${place + 1}`,
  address: at,
  port,
  user: target.user ?? '',
  key: target.identityFile ?? '',
});

/** `rounds`: how often each command is started. Nothing where this machine cannot have an sshd with users of its own. */
export async function factsOfNodes(rounds: number): Promise<Row[]> {
  if (!hasUsers) return [];
  const all = Array.from({ length: 20 }, (_, index) => address(index));
  const sshds: Sshd[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
  try {
    const places: Node[] = [];
    for (let from = 0; from < all.length; from += nodesOfOne) {
      const own = all.slice(from, from + nodesOfOne);
      // It listens at 127.0.0.1 already.
      const sshd = await makeSshd(own.filter((at) => at !== address(0)).map((at) => `ListenAddress ${at}`));
      sshds.push(sshd);
      places.push(...own.map((at) => ({ at, sshd })));
    }
    const rows: Row[] = [];
    for (const { count, goal } of sizes) {
      const root = join(folder, `root-${count}`);
      const ours = [launcher, 'storage', 'list', '--site', writeSite(folder, places.slice(0, count)), '--root', root];
      const loop = ['bash', writeLoop(folder, places.slice(0, count))];
      await time([...ours, '--accept-new-host-keys']);
      await time(loop);
      const { peers, missing } = await tried(peersOf(folder, places.slice(0, count).map(asPeerNode)));
      const times = { ours: [] as number[], loop: [] as number[], peers: peers.map(() => [] as number[]) };
      for (let round = 0; round < rounds; round++) {
        times.loop.push(await time(loop));
        times.ours.push(await time(ours));
        for (const [place, { words }] of peers.entries()) times.peers[place]?.push(await time(words));
      }
      const ratio = median(times.ours.map((each, round) => each / (times.loop[round] ?? Number.NaN)));
      const figure = `${median(times.ours).toFixed(2)} s, ${ratio.toFixed(2)} × a loop of ssh (${median(times.loop).toFixed(2)} s)`;
      rows.push({ what: `\`storage list\`, facts of ${count} nodes from cold`, figure, value: ratio, goal });
      for (const [place, { name }] of peers.entries()) {
        const seconds = median(times.peers[place] ?? []);
        const ratioOf = (seconds / median(times.ours)).toFixed(2);
        rows.push({
          what: `facts of ${count} nodes by ${name}, for comparison`,
          figure: `${seconds.toFixed(2)} s, ${ratioOf} × \`storage list\``,
          value: seconds,
        });
      }
      for (const name of missing)
        rows.push({
          what: `facts of ${count} nodes by ${name}, for comparison`,
          figure: 'not installed here, or does not reach these nodes',
          value: Number.NaN,
        });
    }
    return rows;
  } finally {
    for (const sshd of sshds) sshd.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main)
  for (const { what, figure, goal } of await factsOfNodes(Number(process.argv[2] ?? 5)))
    console.log(`${what} | ${figure} | ≤ ${goal}`);
