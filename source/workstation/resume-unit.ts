import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { program } from '../host/program.ts';
import type { Files } from '../site/files.ts';

/** Goes on with the run at the workstation's next boot, once, and takes itself away whatever comes of it. */
export const resumeService = 'kloudspot-resume.service';
export const resumeUnitPath = `/etc/systemd/system/${resumeService}`;

/**
 * `+` runs as root whatever `User=` says. It is disabled before the run goes on, so that a run that fails is not begun again
 * at each boot. KillMode: the run is a process of its own that must live on when `resume` leaves.
 */
export const resumeUnit = `# Put here by kloudspot. It goes on with a run after the restart of the workstation and then removes itself.
[Unit]
Description=kloudspot: go on with the run after the restart
Wants=network-online.target
After=network-online.target ssh.service

[Service]
Type=oneshot
User=<user>
Environment=KLOUDSPOT_ROOT=<root>
ExecStartPre=+/usr/bin/systemctl disable ${resumeService}
ExecStart=<program> resume --yes --plain
ExecStopPost=+/bin/rm -f ${resumeUnitPath}
KillMode=process
LimitCORE=0
TimeoutStartSec=infinity

[Install]
WantedBy=multi-user.target
`;

/** What the angle brackets of the unit stand for: this program as it was called, its user and its files. */
export function thisProgram(files: Files): Readonly<Record<string, string>> {
  return {
    '<user>': userInfo().username,
    '<root>': resolve(files.root),
    '<program>': program.map(quoted).join(' '),
  };
}

/** systemd.service(5), "Command lines": quoted words, percent and dollar signs doubled. */
function quoted(word: string): string {
  return `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}
