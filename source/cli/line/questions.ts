import { exitCode, Fault } from '../../errors/fault.ts';

/** The questions of the short verbs in an ordinary terminal. Ctrl-C ends with exit code 130 and nothing changed. */
export interface Questions {
  confirm(question: { message: string; default: boolean }): Promise<boolean>;
  password(question: { message: string }): Promise<string>;
  /** `validate` gives what is wrong, in one line; what was typed stays in the line. */
  input(question: { message: string; default?: string; validate?: (text: string) => true | string }): Promise<string>;
}

export const questions: Questions = {
  confirm: async (question) => Boolean(await ask({ type: 'confirm', ...question })),
  password: async (question) => String(await ask({ type: 'password', mask: '*', ...question })),
  input: async (question) => String(await ask({ type: 'input', ...question })),
};

type Question =
  | { readonly type: 'confirm'; readonly message: string; readonly default: boolean }
  | { readonly type: 'password'; readonly message: string; readonly mask: string }
  | {
      readonly type: 'input';
      readonly message: string;
      readonly default?: string;
      readonly validate?: (text: string) => true | string;
    };

async function ask(question: Question): Promise<unknown> {
  const { default: inquirer } = await import('inquirer');
  try {
    const { answer } = await inquirer.prompt<{ answer: unknown }>([{ ...question, name: 'answer' }]);
    return answer;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error;
    throw new Fault({
      what: 'Interrupted.',
      next: ['Nothing was changed.'],
      exitCode: exitCode.interrupted,
      cause: error,
    });
  }
}
