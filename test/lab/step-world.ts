// One step of the plan on a real machine, without a run around it.
import { expect } from 'vitest';
import type { Command, Host } from '../../source/host/host.ts';
import type { StepContext } from '../../source/plan/step.ts';
import { StepFault } from '../../source/plan/step-fault.ts';
import { commandLine } from '../../source/text/quote.ts';
import { fakeWorld, textOf } from '../plan/fake-world.ts';
import { product, siteOf } from '../plan/sample.ts';
import type { Outcome } from './lab.ts';

/** A shell command as root on the machine. */
export type Shell = (command: string, input?: string) => Promise<Outcome>;

export const asRoot = (shell: Shell, command: Command, input = ''): Promise<Outcome> => {
  const words = 'text' in command ? ['bash', '-c', command.text, 'probe', ...(command.arguments ?? [])] : command;
  return shell(commandLine(words), input);
};

/** A world all of whose nodes are this machine. */
export function realWorld(shell: Shell) {
  const { context, ...rest } = fakeWorld({ site: siteOf({ managers: 1 }), product });
  const readFile = async (path: string) => {
    const { code, stdout } = await asRoot(shell, ['cat', path]);
    return code === 0 ? stdout : undefined;
  };
  const host: Partial<Host> = { run: (command) => asRoot(shell, command), readFile };
  const look: StepContext['look'] = async (name) => ({ ...(await context.look(name)), ...host });
  const run: StepContext['run'] = async (_, command, { allow = [0] } = {}) => {
    const result = await asRoot(shell, command);
    if (allow.includes(result.code)) return result;
    throw new StepFault({ tried: textOf(command), seen: result.stderr });
  };
  const write: StepContext['write'] = async (_, { path, content }) => {
    const { code, stderr } = await asRoot(shell, ['bash', '-c', `cat >${path}`], content);
    expect(code, stderr).toBe(0);
  };
  return { context: { ...context, look, run, write }, ...rest };
}
