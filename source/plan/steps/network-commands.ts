import { command } from '../execution/define.ts';
import { armTimer } from '../execution/restore-timer.ts';
import type { PlannedCommand } from '../step.ts';
import {
  applyUnit,
  backUnit,
  baseName,
  bootUnit,
  bootUnitFile,
  kept,
  othersOf,
  type Parameters,
  restoreAfterSeconds,
  restoreScript,
  restoreTimer,
} from './network-files.ts';
import { restoreNow, stopRestoreTimer } from './network-restore.ts';

/** What is seen of a node whose timer would still restore its addresses. */
export const armed = 'an earlier change is still armed';

const firstTry = 'at the first try of a run';
const oursBefore = 'it has another content';

/** Where the files that are set aside wait for the way back. */
function folderCommands({ node, keep, aside, path }: Parameters): PlannedCommand[] {
  const ours = command('keep-ours', node, ['install', '-m', '0600', path, `${kept(keep)}/${baseName(path)}`], {
    when: oursBefore,
  });
  return [
    command('clear-folder', node, ['rm', '-rf', kept(keep)], { note: firstTry }),
    command('make-folder', node, ['mkdir', '-p', kept(keep)]),
    ...(aside.includes(path) ? [ours] : []),
  ];
}

/** What changes the addresses of a node, in order. With `atNextBoot` nothing is applied, so that nothing waits to be restored. */
export function commands(p: Parameters): PlannedCommand[] {
  const { node, keep } = p;
  const moves = othersOf(p).map((path) =>
    command(`set-aside ${path}`, node, ['mv', path, `${kept(keep)}/${baseName(path)}`]),
  );
  const folder = folderCommands(p);
  const generate = command('generate', node, ['netplan', 'generate'], { note: 'checks the new file' });
  if (p.atNextBoot) return [...folder, ...moves, generate];
  return [
    command('disarm-earlier', node, stopRestoreTimer, { when: armed }),
    command('restore-earlier', node, restoreNow(backUnit), { when: armed }),
    ...folder,
    command('arm-boot', node, ['systemctl', 'enable', `${bootUnit}.service`], {
      note: 'restores everything at the next boot, should the power fail before kloudspot confirms',
    }),
    command('arm', node, armTimer(restoreTimer, restoreAfterSeconds, restoreScript), {
      note: `restores everything after ${restoreAfterSeconds} s unless kloudspot confirms`,
    }),
    ...moves,
    generate,
    command('apply', node, ['systemd-run', `--unit=${applyUnit}`, '--collect', 'netplan', 'apply']),
    command('disarm-boot', node, ['systemctl', 'disable', `${bootUnit}.service`]),
    command('remove-boot', node, ['rm', '-f', bootUnitFile]),
    command('disarm', node, stopRestoreTimer, { note: 'only after kloudspot has reached the node on its new address' }),
  ];
}
