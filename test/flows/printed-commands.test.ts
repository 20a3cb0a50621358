import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { commandsIn } from '../cli/printed-commands.ts';
import { home, Rehearsal } from './program.ts';

/** A command that a fault or a failed run offers does something: it is neither misunderstood nor a fault of the program. */
const works = [0, 3, 4, 5, 6, 10, 11, 12];

/**
 * Runs every command that `text` prints, each from the state in which it was printed, and what those print that are refused in turn.
 * `FILE` and the like are filled by hand: such commands are left out.
 */
async function runAll(
  rehearsal: Rehearsal,
  text: string,
  seen = new Set<string>(),
  depth = 0,
): Promise<readonly string[]> {
  const commands = commandsIn(text.split('\n')).filter(
    // The name of its folder is by chance, and may be of capitals alone.
    (command) => !/\b[A-Z]{3,}\b/.test(command.replaceAll(rehearsal.root, '')) && !seen.has(command),
  );
  const kept = `${rehearsal.path()}.kept${depth}`;
  for (const command of new Set(commands)) {
    seen.add(command);
    // Of a verb that ended before it wrote anything there is nothing to keep.
    await mkdir(rehearsal.path(), { recursive: true });
    await cp(rehearsal.path(), kept, { recursive: true, filter: (path) => !path.endsWith('.sock') });
    const { code, stdout, stderr } = await rehearsal.asPrinted(command, { confirm: false });
    expect(works, `${command}\n${stdout}${stderr}`).toContain(code);
    if (code !== 0) await runAll(rehearsal, `${stdout}\n${stderr}`, seen, depth + 1);
    await rm(rehearsal.path(), { recursive: true, force: true, maxRetries: 20 });
    await cp(kept, rehearsal.path(), { recursive: true });
    await rm(kept, { recursive: true });
  }
  return [...seen];
}

/** The healthy scenario in which one command ends with a failure once. */
async function withFault(node: string, command: string): Promise<Rehearsal> {
  const healthy = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  const first = await Rehearsal.begin();
  const scenario = join(first.root, 'scenario.yaml');
  const faults = [{ node, command, does: { kind: 'end', code: 1, stderr: 'it broke' } }];
  await writeFile(scenario, stringify({ ...healthy, faults }));
  return Rehearsal.begin(scenario);
}

describe('every command that a failure prints works as it is printed', () => {
  it.each([
    ['ks-1', 'when-unlocked'],
    ['ks-2', 'snap install'],
    ['ks-1', 'microk8s enable'],
    ['ks-1', 'microk8s helm3 upgrade'],
  ])(
    'a run that fails on %s at %s',
    async (node, command) => {
      const rehearsal = await withFault(node, command);
      const failed = await rehearsal.run('init', '--yes');
      expect(failed.code, failed.stdout).toBe(4);
      const tried = await runAll(rehearsal, `${failed.stdout}\n${failed.stderr}`);
      expect(tried.join('\n')).toContain('kloudspot resume ');
      // Packages that were brought up to date stay so: of that run nothing can be undone.
      expect(tried.some((one) => one.startsWith('kloudspot undo '))).toBe(command !== 'apt-get');
    },
    600_000,
  );

  it.each<[string, string, ...string[]]>([
    ['no site', 'apply', '--rehearse=nope'],
    ['no run', 'resume'],
    ['nothing to undo', 'undo', '--yes'],
    ['nothing to attach to', 'attach'],
    ['no backup', 'restore', 'nope', '--yes'],
    ['no node of that name', 'node remove', 'ks-9', '--yes'],
    ['no volume of that name', 'storage grow', 'kafk=3', '--yes'],
    ['no product that runs', 'update', '--yes'],
    ['no cluster', 'stop', '--yes'],
    ['no cluster to drill', 'drill', 'ks-3', '--yes'],
    ['no cluster to back up', 'backup', '--yes'],
    ['no cluster to rebalance', 'rebalance', '--yes'],
    ['no certificates', 'certificates renew', '--yes'],
    ['an unknown check', 'explain', 'memry'],
  ])(
    '%s',
    async (_, verb, ...flags) => {
      const rehearsal = await Rehearsal.begin();
      const { stdout, stderr } = await rehearsal.run(verb, ...flags);
      await runAll(rehearsal, `${stdout}\n${stderr}`);
    },
    600_000,
  );
});
