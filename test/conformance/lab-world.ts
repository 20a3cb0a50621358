import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { raw } from '../../source/microk8s/data/raw.ts';
import type { State } from './compare.ts';

const driver = join(import.meta.dirname, 'stand-in.py');
const standIns = join(import.meta.dirname, '../lab/stand-ins');
export const labAddresses = { 'ks-1': '10.99.0.11', 'ks-2': '10.99.0.12' } as const;

const cluster = z.object({
  members: z.array(z.object({ machine: z.string(), address: z.string(), role: z.string() })),
  nodes: z.array(z.object({ name: z.string(), address: z.string() })),
  objects: z.array(z.string()),
});
const world = z.object({
  addresses: z.record(z.string(), z.string()),
  clusters: z.record(z.string(), cluster),
  /** Machine → cluster that it is in, and that it is about to start in. */
  of: z.record(z.string(), z.string()),
  to: z.record(z.string(), z.string()),
  down: z.array(z.string()),
});
export type LabModel = z.output<typeof world>;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Two machines with the lab's stand-in for microk8s, without nodes: `stand-in.py` says what is replaced. */
export class LabWorld {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kloudspot-stand-in-'));

  constructor(track: string, from?: LabWorld) {
    folders.push(this.#folder);
    if (from !== undefined) {
      cpSync(from.#folder, this.#folder, { recursive: true });
      return;
    }
    cpSync(standIns, join(this.#folder, 'lab'), { recursive: true });
    this.giveSudo('[ "$1" != -E ] || shift', 'exec "$@"');
    writeFileSync(join(this.#folder, 'lab/release.json'), JSON.stringify({ version: `v${track}.0`, track }));
    writeFileSync(join(this.#folder, 'lab/microk8s.json'), JSON.stringify(raw));
    const of = { 'ks-1': 'ks-1', 'ks-2': 'ks-2' };
    writeFileSync(
      join(this.#folder, 'world.json'),
      JSON.stringify({ addresses: labAddresses, clusters: {}, of, to: {}, down: [] }),
    );
    for (const node of ['ks-1', 'ks-2']) {
      execFileSync('python3', [driver, this.#folder, node, '--lay-out']);
      this.write(node, 'data/credentials/client.config', '');
    }
  }

  /** A sudo of these lines of a shell; its arguments are `-E`, before 1.35, and the command. */
  giveSudo(...lines: readonly string[]): void {
    writeFileSync(join(this.#folder, 'sudo'), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  }

  removeSudo(): void {
    rmSync(join(this.#folder, 'sudo'));
  }

  run(node: string, words: readonly string[]) {
    const { status, stdout, stderr } = spawnSync('python3', [driver, this.#folder, node, ...words], {
      encoding: 'utf8',
      input: '',
      timeout: 300_000,
    });
    return { code: status ?? -1, stdout: this.#shown(stdout), stderr: this.#shown(stderr) };
  }

  /** Paths as a node has them. */
  #shown(text: string): string {
    return ['ks-1', 'ks-2'].reduce(
      (rest, node) => rest.replaceAll(join(this.#folder, node, 'data'), '/var/snap/microk8s/current'),
      text,
    );
  }

  write(node: string, path: string, text: string): void {
    writeFileSync(join(this.#folder, node, path), text);
  }

  mark(node: string, name: string): void {
    this.write(node, `data/var/lock/${name}`, '');
  }

  unmark(node: string, name: string): void {
    rmSync(join(this.#folder, node, 'data/var/lock', name), { force: true });
  }

  /** Starts again with a fresh installation. */
  layOut(node: string): void {
    rmSync(join(this.#folder, node), { recursive: true, force: true });
    execFileSync('python3', [driver, this.#folder, node, '--lay-out']);
    this.write(node, 'data/credentials/client.config', '');
  }

  edit(act: (model: LabModel) => void): void {
    const model = this.#model();
    act(model);
    writeFileSync(join(this.#folder, 'world.json'), JSON.stringify(model));
  }

  state(on: string): State {
    const model = this.#model();
    const own = model.clusters[model.of['ks-1'] ?? ''];
    return {
      locks: this.#marks(on),
      seedLocks: this.#marks('ks-1'),
      members: (own?.members ?? []).map(({ address }) => address.replace(/:\d+$/, '')).toSorted(),
      nodes: (own?.nodes ?? []).map(({ name }) => name).toSorted(),
      launcher: [],
      tokens: readFileSync(join(this.#folder, 'ks-1/data/credentials/cluster-tokens.txt'), 'utf8'),
    };
  }

  #model(): LabModel {
    return world.parse(JSON.parse(readFileSync(join(this.#folder, 'world.json'), 'utf8')));
  }

  #marks(node: string): string[] {
    const folder = join(this.#folder, node, 'data/var/lock');
    return (existsSync(folder) ? readdirSync(folder) : []).filter((name) => !name.startsWith('.'));
  }
}
