import * as z from 'zod';
import { type Answer, onSuccess } from '../../host/answer.ts';
import type { Tuning } from '../../product/tuning.ts';
import { counted } from '../../text/plural.ts';
import { look, readText, runCommand, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, notYet, plannedStep } from '../execution/define.ts';
import { silent, untilTold } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { tuningAttributes, tuningFiles, tuningMode, tuningOwner, tuningPaths } from './tuning-files.ts';
import { lookAtTuning, parseTuning, type TuningState } from './tuning-state.ts';

const parameters = z.object({
  node: z.string(),
  sysctls: z.array(z.object({ name: z.string(), value: z.string() })),
  modules: z.array(z.string()),
});
type Parameters = z.output<typeof parameters>;

/** What was there before the step changed anything. */
const earlier = z.object({
  sysctls: z.record(z.string(), z.string()),
  /** Modules that were not loaded. */
  modules: z.array(z.string()),
  /** Text by path of the files of ours that were there, from an earlier run. */
  files: z.record(z.string(), z.string()),
});

async function tuningSeen(context: LookContext, { node, sysctls, modules }: Parameters): Promise<Answer<TuningState>> {
  const asked = lookAtTuning(
    sysctls.map(({ name }) => name),
    modules,
  );
  return onSuccess(await look(context, node, asked), parseTuning);
}

const tuningOf = (context: StepContext, p: Parameters): Promise<TuningState> =>
  untilTold(context, { node: p.node, what: 'the values of its kernel', ask: () => tuningSeen(context, p) });

async function state(context: LookContext, p: Parameters, step: PlannedStep): Promise<StateCheck> {
  const answer = await tuningSeen(context, p);
  if (!answer.answered) return silent(p.node, answer.said);
  const now = answer.value;
  for (const { path, content } of step.files) {
    if ((await readText(context, p.node, path)) !== content) return notYet(`${path} does not contain it`);
    const attributes = now.files.get(path);
    if (attributes !== tuningAttributes) return notYet(`${path} is ${attributes}, not ${tuningAttributes}`);
  }
  const left = tuningPaths.find((path) => now.files.has(path) && !step.files.some((file) => file.path === path));
  if (left !== undefined) return notYet(`${left} is there, and the product declares nothing for it`);
  const missing = p.modules.find((name) => !now.loaded.has(name));
  if (missing !== undefined) return notYet(`the module ${missing} is not loaded`);
  const other = p.sysctls.find(({ name, value }) => now.sysctls.get(name) !== value);
  if (other !== undefined)
    return notYet(`${other.name} is ${now.sysctls.get(other.name) ?? 'not there'}, not ${other.value}`);
  return { ok: true, observed: 'files and kernel are as declared' };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const now = await tuningOf(context, p);
  await rememberEarlier(context, p, now);
  await writeFiles(context, step);
  for (const path of tuningPaths.filter((each) => now.files.has(each)))
    if (!step.files.some((file) => file.path === path)) await runCommand(context, step, removing(path));
  const done = new Set([
    ...p.modules.filter((name) => now.loaded.has(name)).map(loading),
    ...tuningPaths.map(removing),
  ]);
  for (const { name } of step.commands.filter((each) => !done.has(each.name)))
    await runCommand(context, step, name, {
      run: {
        causes: ['the kernel of this machine does not have it', 'a container shares the kernel of its host'],
        next: ['Use the kernel of Ubuntu Server, or leave it out of `tuning` in the file of the product'],
      },
    });
}

async function rememberEarlier(context: StepContext, p: Parameters, now: TuningState): Promise<void> {
  const files: Record<string, string> = {};
  for (const path of tuningPaths) {
    const text = await readText(context, p.node, path);
    if (text !== undefined) files[path] = text;
  }
  const modules = p.modules.filter((name) => !now.loaded.has(name));
  context.remember('earlier', JSON.stringify({ sysctls: Object.fromEntries(now.sysctls), modules, files }));
}

/** The files and values of before. A module that something uses by now stays until the next start. */
async function undo(context: StepContext, p: Parameters): Promise<string> {
  const before = earlier.parse(JSON.parse(context.recall('earlier') ?? '{}'));
  for (const path of tuningPaths) {
    const text = before.files[path];
    if (text === undefined) await context.run(p.node, ['rm', '-f', path], { sudo: true });
    else await context.write(p.node, { path, content: text, mode: tuningMode, owner: tuningOwner });
  }
  for (const [name, value] of Object.entries(before.sysctls))
    await context.run(p.node, setting(name, value), { sudo: true });
  for (const name of before.modules.toReversed())
    await context.run(p.node, ['modprobe', '-r', name], { sudo: true, allow: [0, 1] });
  await refuseOther(context, p, before.sysctls);
  return 'files and kernel are as before';
}

async function refuseOther(
  context: StepContext,
  p: Parameters,
  before: Readonly<Record<string, string>>,
): Promise<void> {
  const now = await tuningOf(context, p);
  const other = Object.entries(before).find(
    ([name, value]) => now.sysctls.has(name) && now.sysctls.get(name) !== value,
  );
  if (other === undefined) return;
  const [name, value] = other;
  throw new StepFault({
    tried: `set ${name} of ${p.node} to ${value} again`,
    seen: `it is ${now.sysctls.get(name)}`,
    causes: ['another program sets it'],
    next: [`sudo sysctl -w '${name}=${value}' on ${p.node}`],
  });
}

export const tuning: StepKind<typeof parameters> = { kind: 'tuning', parameters, state, act, undo };

const loading = (name: string): string => `load ${name}`;
const removing = (path: string): string => `remove ${path}`;
const setting = (name: string, value: string): string[] => ['sysctl', '-w', `${name}=${value}`];

/** The step for one node; undefined where the product declares nothing and, of the files `there`, none is left of an earlier one. */
export function planTuning(node: string, declared: Tuning, there: readonly string[]): PlannedStep | undefined {
  const files = tuningFiles(node, declared);
  if (files.length === 0 && !tuningPaths.some((path) => there.includes(path))) return undefined;
  const sysctls = declared.sysctls.map(({ name, value }) => ({ name, value: String(value) }));
  const modules = declared.modules.map(({ name }) => name);
  const all = [...declared.sysctls, ...declared.limits, ...declared.modules];
  return plannedStep(tuning, {
    node,
    group: 'Kernel',
    ...(all.length > 0
      ? {
          title: `Set ${counted(all.length, 'value')} of the operating system`,
          why: [...new Set(all.map(({ why }) => why))].join(' '),
        }
      : {
          title: 'Remove what an earlier product set of the operating system',
          why: 'The product no longer declares tuning. The current kernel values stay until the next boot.',
        }),
    deadline: minutes(2),
    parameters: { node, sysctls, modules },
    commands: [
      ...modules.map((name) => command(loading(name), node, ['modprobe', name], { when: 'it is not loaded' })),
      ...sysctls.map(({ name, value }) => command(`set ${name}`, node, setting(name, value))),
      ...tuningPaths
        .filter((path) => !files.some((file) => file.path === path))
        .map((path) => command(removing(path), node, ['rm', '-f', path], { when: 'an earlier product left it' })),
    ],
    files,
  });
}
