import { createHash } from 'node:crypto';
import type { Script } from '../../host/host.ts';
import { microk8sFiles, parseJoinToken } from '../../microk8s/microk8s.ts';
import { readText, runCommand } from '../execution/carry-out.ts';
import { minutes } from '../execution/define.ts';
import type { LookContext, PlannedStep, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';

/** s that a token stays valid: longer than one attempt. It is removed as soon as the attempt has ended. */
export const tokenSeconds = 600;

/** Stands for the digests in the plan. */
export const digestsPlace = '<digests>';

/** Removes tokens from the agent's list, by their SHA-256 on standard input, one a line: neither an argument nor the plan holds a token. */
export const forgetTokens: Script = {
  name: 'forget-tokens',
  text: `list=${microk8sFiles.tokens}
umask 077
exec 9>/run/kloudspot-tokens.lock && flock 9
gone=$(cat)
[ -e "$list" ] || exit 0
while IFS= read -r line; do
  digest=$(printf %s "\${line%%|*}" | sha256sum)
  case $gone in *"\${digest%% *}"*) ;; *) printf '%s\\n' "$line" ;; esac
done <"$list" >"$list.new"
chmod --reference="$list" "$list.new" && chown --reference="$list" "$list.new" && mv -f "$list.new" "$list"
`,
};

const digestOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** A step that remembers this has begun a join. One without it found its node joined. */
export const firstToken = 'token-0';

/** Gets a token and remembers its digest, so that a resume finds it in the agent's list. */
export async function mintToken(context: StepContext, step: PlannedStep): Promise<string> {
  const minted = await runCommand(context, step, 'add-node', { run: { secretOutput: true, deadline: minutes(2) } });
  const token = parseJoinToken(minted.stdout);
  if (token === undefined)
    throw new StepFault({ tried: 'get a token for the join', seen: 'none was printed', next: [] });
  const [listed = token] = token.split('/');
  context.conceal(token);
  context.conceal(listed);
  context.remember(`token-${remembered(context).length}`, digestOf(listed));
  return token;
}

/** Digests of all tokens that this step made. */
function remembered(context: LookContext): string[] {
  const digests: string[] = [];
  for (let at = context.recall(firstToken); at !== undefined; at = context.recall(`token-${digests.length}`))
    digests.push(at);
  return digests;
}

/** Digests of the tokens that this step made and that the seed's agent still takes. */
export async function tokensLeft(context: LookContext, seed: string): Promise<string[]> {
  const own = remembered(context);
  if (own.length === 0) return [];
  const lines = ((await readText(context, seed, microk8sFiles.tokens)) ?? '').split('\n');
  return lines.map((line) => digestOf(line.split('|')[0] ?? '')).filter((digest) => own.includes(digest));
}

export async function forgetOwnTokens(context: StepContext, step: PlannedStep, seed: string): Promise<void> {
  const left = await tokensLeft(context, seed);
  if (left.length === 0) return;
  const fill = { [digestsPlace]: left.join('\n') };
  await runCommand(context, step, 'forget-tokens', { fill, run: { deadline: minutes(1) } });
}
