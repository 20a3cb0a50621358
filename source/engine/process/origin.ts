import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../errors/fault.ts';
import { isMissing } from '../../errors/thrown.ts';
import { asFileFault } from '../../host/file-fault.ts';
import { identitySchema } from '../../host/process-identity.ts';
import { textOfFile } from '../../host/read-text.ts';
import { writeAtomic } from '../../host/write-atomic.ts';
import { filesOfRun } from '../../site/files.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';

const originSchema = z.object({
  version: z.literal(1),
  root: z.string(),
  site: z.string().exactOptional(),
  /** The words of the verb that began it, with its operand: `apply`, `drill ks-2`. */
  verb: z.string().exactOptional(),
  /** Flags that commands to print repeat. */
  flags: z.array(z.string()).default([]),
  rehearsal: z.object({ scenario: z.string(), speed: z.number().positive() }).exactOptional(),
  /** Who made the folder. While it lives, its run may still begin. */
  launcher: identitySchema.exactOptional(),
});

/** Where a run came from: the root of its files, its site file, and the rehearsal it belongs to. */
export type Origin = z.output<typeof originSchema>;

const originPath = (directory: string): string => join(directory, 'run.json');

export async function writeOrigin(directory: string, origin: z.input<typeof originSchema>): Promise<void> {
  await writeAtomic(originPath(directory), `${JSON.stringify(origin)}\n`, 0o600);
}

/** Throws a `Fault` that names the file where it is missing or damaged. A root that was moved since is the one where the run lies now. */
export async function readOrigin(directory: string): Promise<Origin> {
  try {
    return moved(originSchema.parse(JSON.parse(await textOfFile(originPath(directory)))), directory);
  } catch (cause) {
    const unread = isMissing(cause) ? cause : asFileFault(cause);
    if (unread !== cause) throw unread;
    throw new Fault({
      what: 'The plan or settings of the run cannot be read.',
      where: originPath(directory),
      why: isMissing(cause) ? 'The file does not exist.' : 'The file is damaged.',
      next: [`This run cannot continue. ${kloudspot('apply')}  makes a new plan and carries it out.`],
      cause,
    });
  }
}

/** The origin with every path under its root as it is where the folder of the run lies now. */
function moved(origin: Origin, directory: string): Origin {
  const { root, runs } = filesOfRun(directory);
  if (resolve(origin.root) === root || runs !== dirname(resolve(directory))) return origin;
  const under = (path: string) =>
    path.startsWith(`${origin.root}/`) ? join(root, path.slice(origin.root.length)) : path;
  return {
    ...origin,
    root,
    flags: origin.flags.map((flag) => (flag === `--root=${origin.root}` ? `--root=${root}` : flag)),
    ...defined({ site: origin.site === undefined ? undefined : under(origin.site) }),
  };
}
