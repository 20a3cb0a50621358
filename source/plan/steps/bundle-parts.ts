import * as z from 'zod';
import { type Bundle, type Part, sliceOf } from '../../bundle/manifest.ts';
import { type Answer, onSuccess } from '../../host/answer.ts';
import type { Script } from '../../host/host.ts';
import { bundleFolder } from '../../host/node-state.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep, seconds } from '../execution/define.ts';
import { untilGone } from '../execution/gone.ts';
import { silent, untilTold } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const part = z.object({
  path: z.string(),
  sha256: z.string(),
  /** Its bytes in the file of the bundle. */
  start: z.number().int(),
  bytes: z.number().int(),
});
const parameters = z.object({ node: z.string(), file: z.string(), parts: z.array(part) });
type Parameters = z.output<typeof parameters>;

/** Bytes in a second below which a connection counts as broken. */
const slowest = 500_000;

/**
 * Puts its standard input in a file's place: beside it first, and renamed only once size and digest are right. What an earlier,
 * broken try left is replaced. Arguments: path, bytes, sha256.
 */
const receivePart = (path: string, bytes: number, sha256: string): Script => ({
  name: 'receive-part',
  text: receiveText,
  arguments: [path, String(bytes), sha256],
});

const receiveText = `set -e
umask 022
path=$1 bytes=$2 sum=$3
mkdir -p -- "$(dirname -- "$path")"
new=$path.part
trap 'rm -f -- "$new"' EXIT
cat >"$new"
[ "$(stat -c %s -- "$new")" = "$bytes" ] || { echo 'the copy is incomplete' >&2; exit 74; }
[ "$(sha256sum <"$new" | cut -d ' ' -f 1)" = "$sum" ] || { echo 'its digest does not match the bundle' >&2; exit 74; }
sync -- "$new"
mv -fT -- "$new" "$path"
trap - EXIT
`;

/** Prints those of its arguments, pairs of path and sha256, that are not there with this digest. */
const missingParts = (parts: Parameters['parts']): Script => ({
  name: 'missing-parts',
  text: missingText,
  arguments: parts.flatMap(({ path, sha256 }) => [placeOf(path), sha256]),
});

const missingText = `while [ $# -gt 1 ]; do
  [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$2" ] || echo "$1"
  shift 2
done
`;

/** Where a part lies on a node. */
export const placeOf = (path: string): string => `${bundleFolder}/${path}`;

const nameOf = (path: string): string => `copy/${path}`;

async function missing(context: LookContext, { node, parts }: Parameters): Promise<Answer<Parameters['parts']>> {
  const result = await look(context, node, missingParts(parts), minutes(20));
  return onSuccess(result, (stdout) => {
    const names = new Set(stdout.split('\n'));
    return parts.filter(({ path }) => names.has(placeOf(path)));
  });
}

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await missing(context, p);
  if (!answer.answered) return silent(p.node, answer.said);
  const lost = answer.value;
  const observed = lost.length === 0 ? 'all are there' : `${lost.length} of ${p.parts.length} are not there`;
  return { ok: lost.length === 0, observed };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const lost = await untilTold(context, {
    node: p.node,
    what: 'the parts that it has',
    ask: () => missing(context, p),
  });
  const whole = lost.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { path, start, bytes } of lost) {
    context.progress(path, whole === 0 ? 1 : done / whole);
    const stdinFile = { path: p.file, start, bytes };
    const deadline = minutes(1) + seconds(bytes / slowest);
    await runCommand(context, step, nameOf(path), { run: { stdinFile, deadline, ...advice(p) } });
    done += bytes;
  }
}

const advice = ({ node, file }: Parameters) => ({
  causes: [`the disk of ${node} is full`, `${file} has changed since the plan was made`, 'the connection broke'],
  next: [`df -h /var/lib on ${node}`],
});

export const bundleParts: StepKind<typeof parameters> = {
  kind: 'bundle-parts',
  parameters,
  state,
  act,
  async undo(context, p) {
    await context.run(p.node, ['rm', '-rf', bundleFolder], { sudo: true, deadline: minutes(5) });
    return untilGone(context, () => state(context, p));
  },
};

/** The parts of a bundle that one node needs. */
export function planBundleParts(node: string, bundle: Bundle, parts: readonly Part[]): PlannedStep {
  const rows = parts.map((each) => ({ path: each.path, sha256: each.sha256, ...spanOf(bundle, each) }));
  const bytes = parts.reduce((sum, each) => sum + each.bytes, 0);
  return plannedStep(bundleParts, {
    node,
    group: 'Copy the bundle',
    title: `Copy ${parts.length} files of the bundle`,
    why: 'The node reaches no store, archive or registry: what is installed on it comes from this file.',
    deadline: minutes(5) + seconds(bytes / slowest),
    parameters: { node, file: bundle.file, parts: rows },
    commands: parts.map(({ path, sha256, bytes: size }) =>
      command(nameOf(path), node, receivePart(placeOf(path), size, sha256), {
        note: `standard input: ${path} of ${bundle.file}`,
        when: 'it is not there yet',
      }),
    ),
  });
}

function spanOf(bundle: Bundle, part: Part): { readonly start: number; readonly bytes: number } {
  const { start, bytes } = sliceOf(bundle, part);
  return { start, bytes };
}
