import type { Script } from '../../host/host.ts';
import { agentPort, microk8sProgram } from '../../microk8s/microk8s.ts';
import { look, readText, sayAway } from '../execution/carry-out.ts';
import { minutes } from '../execution/define.ts';
import type { LookContext, StateCheck, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import type { Joining } from './membership.ts';

/** A join runs as this unit of systemd, so that it depends on no one's connection. */
export const joinUnit = 'kloudspot-join';
/** Gone after a restart, and so is the unit. Readable by root alone. */
const folder = `/run/${joinUnit}`;
const outputFile = `${folder}/output`;
const codeFile = `${folder}/code`;

/** ms for which a node may be silent while it joins; its datastore and kubelet restart meanwhile. */
const longestSilence = minutes(1);

/**
 * Starts the join as a unit. The token comes on standard input and waits in a file of root's, which the unit reads and
 * removes first: no name, description, argument or journal line of ours holds it. Arguments: address of the seed, `--worker` or nothing.
 */
export const startJoin = (address: string, role: 'manager' | 'worker'): Script => ({
  name: 'start-join',
  text: startText,
  arguments: [address, ...(role === 'worker' ? ['--worker'] : [])],
});

const startText = `set -e
umask 077
mkdir -p ${folder}
rm -f ${folder}/*
cat >${folder}/token
cat >${folder}/run.sh <<'END'
read -r token <${folder}/token
rm -f ${folder}/token
address=$1
shift
${microk8sProgram} join "$address:${agentPort}/$token" "$@" >${outputFile} 2>&1 </dev/null
echo $? >${codeFile}.new
mv ${codeFile}.new ${codeFile}
END
exec systemd-run --quiet --collect --unit=${joinUnit} --property=User=root --property=LimitCORE=0 --description='kloudspot joins this node to its cluster' /bin/bash ${folder}/run.sh "$@"
`;

/** Whether a join still runs on the node, as our unit or by hand. The brackets keep pgrep from finding itself. */
export async function joinRuns(context: LookContext, node: string): Promise<boolean> {
  const unit = await look(context, node, ['systemctl', 'is-active', joinUnit]);
  if (['active', 'activating', 'deactivating'].includes(unit.stdout.trim())) return true;
  return (await look(context, node, ['pgrep', '-f', 'join[.]py|microk8s [j]oin'])).code === 0;
}

/** Follows the unit's output until it has ended. A connection that breaks for less than a minute decides nothing. Throws `StepFault` where the join failed. */
export async function followJoin(context: StepContext, p: Joining): Promise<void> {
  let heard = context.clock.elapsed();
  let gone: unknown;
  const follow = follower(context, p);
  const probe = async () => {
    try {
      const seen = await follow();
      heard = context.clock.elapsed();
      return seen;
    } catch (error) {
      if (context.clock.elapsed() - heard <= longestSilence) throw error;
      gone = error;
      return { ok: false, observed: sayAway(error), hopeless: true };
    }
  };
  const wait = { for: `the join of ${p.node} to end`, deadline: minutes(5), probe };
  try {
    await context.until({ ...wait, next: [`systemctl status ${joinUnit} on ${p.node}`] });
  } catch (error) {
    throw gone ?? error;
  }
  await judge(context, p);
}

/** Tells each new line of the output; ready when the unit has ended. */
function follower(context: LookContext, p: Joining): () => Promise<StateCheck> {
  let told = 0;
  return async () => {
    const ended = !(await joinRuns(context, p.node));
    const lines = (await readText(context, p.node, outputFile))?.split(/[\r\n]+/).filter((line) => line.trim()) ?? [];
    for (const line of lines.slice(told)) context.progress(line.trim());
    told = lines.length;
    return { ok: ended, observed: lines.at(-1)?.trim() ?? 'no output yet' };
  };
}

async function judge(context: LookContext, p: Joining): Promise<void> {
  const [code, output = ''] = await Promise.all([codeFile, outputFile].map((path) => readText(context, p.node, path)));
  if (code?.trim() === '0') return;
  const said = output.trim().split('\n').slice(-3).join(' / ');
  throw new StepFault({
    tried: `microk8s join on ${p.node}`,
    seen: code === undefined ? `it was ended before it was done: ${said}` : `exit code ${code.trim()}: ${said}`,
    causes: ['the two clocks differ', 'port 19001 is closed between managers', 'the versions of MicroK8s differ'],
    next: [`journalctl -u snap.microk8s.daemon-k8s-dqlite on ${p.node}`],
  });
}
