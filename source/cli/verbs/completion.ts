import { checks } from '../../check/checks.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { templateNames } from '../../site/templates.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import type { Program } from '../line/verb.ts';
import { defineVerb } from '../line/verb.ts';
import { type CompletedVerb, completion, type NamedValues, shells } from '../text/completion.ts';

export default defineVerb({
  name: 'completion',
  about:
    'Print the script that completes verbs and flags in bash, zsh or fish. For bash: source <(kloudspot completion bash)',
  flags: {},
  operand: { name: 'SHELL', about: 'bash, zsh or fish.', values: shells },
  run: async ({ operand }, program) => {
    const shell = shells.find((name) => name === operand);
    if (shell === undefined)
      throw new Fault({
        what: operand === undefined ? 'The name of a shell is missing.' : `Unknown shell ${operand}.`,
        next: shells.map((name) => kloudspot(`completion ${name}`)),
        exitCode: exitCode.usage,
      });
    process.stdout.write(completion(shell, await shownVerbs(program), namedValues()));
    return exitCode.done;
  },
});

/** The verbs that the help lists, with the flags of each. */
export async function shownVerbs({ verbs }: Program): Promise<CompletedVerb[]> {
  const shown = Object.entries(verbs).filter(([, { hidden }]) => !hidden);
  return Promise.all(
    shown.map(async ([name, { about, load }]) => {
      const { flags, operand } = (await load()).default;
      return { name, about, flags, ...defined({ operand }) };
    }),
  );
}

/** What flags and operands may name. */
export const namedValues = (): NamedValues => ({
  CHECK: checks.map(({ id }) => id),
  SCENARIO: templateNames('rehearsal'),
  'NAME|FILE': templateNames('products'),
});
