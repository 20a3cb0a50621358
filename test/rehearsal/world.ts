import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import type { Host, RunOptions, RunResult, Secrets } from '../../source/host/host.ts';
import { type KubeObject, kubeObjectSchema } from '../../source/rehearsal/model/cluster.ts';
import { openRehearsal, type Rehearsal } from '../../source/rehearsal/rehearsal.ts';
import { type Files, filesUnder } from '../../source/site/files.ts';
import { readEachChange } from './saved.ts';
import { templatesFolder } from '../../source/site/templates.ts';

/** Machines of a rehearsal under test, every host key accepted. */
export interface Bench extends Rehearsal {
  readonly files: Files;
  host(node: string): Promise<Host>;
  /** Runs as root with a deadline of ten minutes. */
  run(node: string, command: string | readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Lets so many ms of virtual time pass, in pieces that the clock takes at once: before a longer one it waits in real time. */
  pass(ms: number): Promise<void>;
  /** Connects again, as another process would. */
  again(options?: { readonly secrets?: Secrets }): Promise<Bench>;
}

export interface BenchOptions {
  readonly scenario?: string;
  readonly speed?: number;
  readonly secrets?: Secrets;
  readonly files?: Files;
}

const pieceMs = 5_000;

/** Opens a rehearsal in a folder of its own, which goes with the test. */
export async function bench(options: BenchOptions = {}): Promise<Bench> {
  const files = options.files ?? filesUnder(await folder());
  const { secrets } = options;
  const rehearsal = await openRehearsal({ files, scenario: options.scenario, speed: options.speed ?? 0, secrets });
  const host = async (node: string) => {
    const target = { node, addresses: addressesOf(rehearsal, node) };
    await rehearsal.pin(await rehearsal.offeredHostKeys(target));
    return rehearsal.hosts.get(target);
  };
  return {
    ...rehearsal,
    files,
    host,
    async run(node, command, given) {
      const argv = typeof command === 'string' ? command.split(' ') : command;
      return (await host(node)).run(argv, { sudo: true, deadline: 600_000, ...given });
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= pieceMs) await rehearsal.clock.sleep(Math.min(left, pieceMs));
    },
    again: (more) => bench({ ...options, ...more, scenario: rehearsal.scenario, files }),
  };
}

function addressesOf(rehearsal: Rehearsal, node: string): string[] {
  const { nodes } = rehearsal.draft;
  const own = (Array.isArray(nodes) ? nodes : []).find((one) => text(one, 'name') === node);
  const network = typeof own === 'object' && own !== null && !Array.isArray(own) ? own['network'] : undefined;
  return [text(own, 'reach'), text(network, 'address').split('/')[0] ?? ''].filter((address) => address !== '');
}

function text(value: unknown, key: string): string {
  if (typeof value !== 'object' || value === null) return '';
  const found = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof found === 'string' ? found : '';
}

readEachChange();
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kloudspot-rehearsal-'));
  folders.push(path);
  return path;
}

/** A scenario of our own: the healthy one with these parts in place of its own; nodes and faults are merged. */
export async function scenarioWith(parts: {
  readonly nodes?: Readonly<Record<string, object>>;
  readonly faults?: readonly object[];
  readonly events?: readonly object[];
  readonly cluster?: object;
}): Promise<string> {
  const healthy: unknown = parse(await readFile(join(templatesFolder(), 'rehearsal', 'healthy.yaml'), 'utf8'));
  if (typeof healthy !== 'object' || healthy === null || !('nodes' in healthy))
    throw new Error('healthy.yaml has no nodes');
  const nodes: Record<string, unknown> = { ...(typeof healthy.nodes === 'object' ? healthy.nodes : {}) };
  for (const [name, own] of Object.entries(parts.nodes ?? {})) {
    const before = nodes[name];
    nodes[name] = { ...(typeof before === 'object' ? before : {}), ...own };
  }
  const path = join(await folder(), 'scenario.yaml');
  const { faults = [], events = [], cluster } = parts;
  await writeFile(
    path,
    stringify({ ...healthy, nodes, faults, events, ...(cluster === undefined ? {} : { cluster }) }),
  );
  return path;
}

/** A rehearsal in a folder of its own that begins where another one is now. */
export async function copyOf(world: Bench): Promise<Bench> {
  await world.close();
  const files = filesUnder(await folder());
  await cp(world.files.rehearsal, files.rehearsal, { recursive: true });
  return bench({ scenario: world.scenario, files });
}

export const microk8s = '/snap/bin/microk8s';

/** Installs MicroK8s on machines side by side and waits until each is ready with its launch configuration applied. */
export function install(world: Bench, ...nodes: readonly string[]): Promise<void> {
  return installTrack(world, '1.34', ...nodes);
}

/** The same from a track such as `1.35`. */
export async function installTrack(world: Bench, track: string, ...nodes: readonly string[]): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      await world.run(node, `hostnamectl set-hostname ${node}`);
      await world.run(node, `snap install microk8s --classic --channel=${track}/stable`);
      await world.run(node, `${microk8s} status --wait-ready --timeout 120`);
    }),
  );
  await world.pass(40_000);
}

/** Joins a machine to another's cluster and waits until it is Ready there. */
export async function joinCluster(
  world: Bench,
  seed: string,
  address: string,
  node: string,
  ...flags: readonly string[]
): Promise<RunResult> {
  const minted = JSON.parse((await world.run(seed, `${microk8s} add-node --format json`)).stdout);
  const result = await world.run(node, [microk8s, 'join', `${address}:25000/${minted.token}`, ...flags]);
  await world.pass(30_000);
  return result;
}

/** Items of `kubectl get … -o json`. */
export async function items(world: Bench, node: string, words: string): Promise<KubeObject[]> {
  const result = await world.run(node, `${microk8s} kubectl get ${words} -o json`);
  if (result.code !== 0) throw new Error(result.stderr);
  return z.object({ items: z.array(kubeObjectSchema) }).parse(JSON.parse(result.stdout)).items;
}
