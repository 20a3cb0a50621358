import * as z from 'zod';
import { carryOut, readText } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import type { AnyStepKind, LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

/*
 * A clone gets a machine-id and an iSCSI initiator name of its own. What was there before is remembered and put back by undo.
 */

const parameters = z.object({ node: z.string(), value: z.string() });
type Parameters = z.output<typeof parameters>;

interface Kind {
  readonly kind: string;
  readonly path: string;
  readonly title: string;
  readonly why: string;
  readonly mode: number;
  readonly text: (value: string) => string;
  /** What makes running programs take it over. */
  readonly after: { readonly name: string; readonly words: readonly string[] };
  readonly changes: readonly string[];
}

function identityKind(one: Kind) {
  const state = async (context: LookContext, { node, value }: Parameters): Promise<StateCheck> => {
    const ok = ((await readText(context, node, one.path)) ?? '').includes(value);
    return { ok, observed: ok ? value : 'what it shares with another node' };
  };
  const kind: StepKind<typeof parameters> = {
    kind: one.kind,
    parameters,
    state,
    async act(context, { node }, step) {
      context.remember('before', (await readText(context, node, one.path)) ?? '');
      await carryOut(context, step);
    },
    async undo(context, p) {
      const { node } = p;
      const before = context.recall('before');
      if (before === undefined) return madeNothing;
      await context.write(node, { path: one.path, content: before, mode: one.mode });
      await context.run(node, one.after.words, { sudo: true });
      return untilGone(context, () => state(context, p));
    },
  };
  const plan = (p: Parameters): PlannedStep =>
    plannedStep(kind, {
      node: p.node,
      group: 'Identities',
      title: one.title,
      why: one.why,
      deadline: minutes(3),
      parameters: p,
      files: [{ node: p.node, path: one.path, content: one.text(p.value), mode: one.mode }],
      commands: [command(one.after.name, p.node, one.after.words)],
      changes: one.changes,
    });
  return { kind, plan };
}

/** Programs that read it at their start keep the old one until the next restart; MicroK8s is installed after it. */
const machineId = identityKind({
  kind: 'machine-id',
  path: '/etc/machine-id',
  title: 'Give the clone a machine-id of its own',
  why: 'systemd, DHCP and Kubernetes tell machines apart by it; two of one id are taken for one.',
  mode: 0o444,
  text: (value) => `${value}\n`,
  after: { name: 'dbus', words: ['ln', '-sfn', '/etc/machine-id', '/var/lib/dbus/machine-id'] },
  changes: ['machine'],
});

const initiatorName = identityKind({
  kind: 'initiator-name',
  path: '/etc/iscsi/initiatorname.iscsi',
  title: 'Give the clone an iSCSI initiator name of its own',
  why: 'Two nodes of one name take the sessions of each other, and a volume can be written by both.',
  mode: 0o600,
  text: (value) => `# Written by kloudspot: a clone had the name of another node.\nInitiatorName=${value}\n`,
  after: { name: 'iscsid', words: ['systemctl', 'try-restart', 'iscsid.service'] },
  changes: [],
});

export const ownIdentityKinds: readonly AnyStepKind[] = [machineId.kind, initiatorName.kind];
export const planMachineId = machineId.plan;
export const planInitiatorName = initiatorName.plan;
