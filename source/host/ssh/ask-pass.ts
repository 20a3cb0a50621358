import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode, Fault } from '../../errors/fault.ts';
import { ask } from '../shell/child.ts';

/**
 * ssh runs this to get a password. A named pipe of mode 0600 carries it: the text is in the kernel's memory alone, in no argument
 * list, no environment and no file, and nothing but `sh` is needed to read it, wherever the program was installed or bundled.
 * It answers once: the pipe is gone afterwards, so that a wrong password is not offered again and ssh never waits for us.
 * It answers only the ssh that we started: a jump host's ssh inherits the environment and must not get a node's password.
 */
const helper = `#!/bin/sh
case $1 in *assphrase*|*'(yes/no'*) exit 1;; esac
[ -p "$KLOUDSPOT_ASK_PASS" ] || exit 1
[ "$(ps -o ppid= -p "$PPID" | tr -d ' ')" = "$KLOUDSPOT_ASK_PASS_FOR" ] || exit 1
IFS= read -r line <"$KLOUDSPOT_ASK_PASS" || exit 1
rm -f "$KLOUDSPOT_ASK_PASS"
printf '%s\\n' "$line"
`;

export interface AskPass {
  /** For the ssh that is to ask; holds paths, no secret. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Lays the password ready for one login. `folder` must be private (0700). */
export async function askPass(folder: string, password: string): Promise<AskPass> {
  const name = randomBytes(6).toString('hex');
  const program = join(folder, `ask-${name}`);
  const pipe = join(folder, `pass-${name}`);
  await writeFile(program, helper, { mode: 0o700, flag: 'wx' });
  const made = await ask(['mkfifo', '-m', '600', pipe], { input: '', deadline: 5_000 });
  if (made.ending !== 0)
    throw new Fault({
      what: `A pipe for ssh could not be made in ${folder}.`,
      why: made.stderr.trim(),
      exitCode: exitCode.ourFault,
    });
  let held: FileHandle | undefined;
  try {
    // for reading and writing, so that neither side has to wait for the other to open it
    held = await open(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    await held.write(`${password}\n`);
  } catch (error) {
    await held?.close();
    throw error;
  }
  return {
    environment: {
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: 'force',
      KLOUDSPOT_ASK_PASS: pipe,
      KLOUDSPOT_ASK_PASS_FOR: String(process.pid),
    },
    async close() {
      await held.close();
      await Promise.all([rm(program, { force: true }), rm(pipe, { force: true })]);
    },
  };
}
