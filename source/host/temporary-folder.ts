import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCode, Fault } from '../errors/fault.ts';
import { codeOf, messageOf } from '../errors/thrown.ts';

/** A new folder that only this user can enter, in TMPDIR or else in /tmp. `longest`: bytes that its path may have. Throws a `Fault` that names what was tried. */
export async function temporaryFolder(longest = Number.POSITIVE_INFINITY): Promise<string> {
  const refusals: string[] = [];
  for (const place of new Set([tmpdir(), '/tmp'])) {
    const prefix = join(place, 'ks-');
    // mkdtemp adds six characters.
    if (Buffer.byteLength(prefix) + 6 > longest) {
      refusals.push(`${place}: the path is too long for a socket`);
      continue;
    }
    try {
      return await mkdtemp(prefix);
    } catch (error) {
      refusals.push(`${place}: ${codeOf(error) ?? messageOf(error)}`);
    }
  }
  throw new Fault({
    what: 'No temporary folder can be made.',
    where: tmpdir(),
    why: refusals.join('; '),
    next: ['Make room in /tmp, or name another folder: TMPDIR=DIR'],
    exitCode: exitCode.ourFault,
  });
}
