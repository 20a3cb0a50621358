import type { Settings } from '../../app/settings.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { Conversation } from '../../ui/plain/conversation.ts';
import { InputEnded } from '../../ui/plain/reader.ts';
import type { Terminal } from './terminal.ts';

/** The questions of the short verbs. Ctrl-C ends with exit code 130 and nothing changed. */
export interface Questions {
  confirm(question: { message: string; default: boolean }): Promise<boolean>;
  password(question: { message: string }): Promise<string>;
  /** `validate` gives what is wrong, in one line; what was typed stays in the line. */
  input(question: { message: string; default?: string; validate?: (text: string) => true | string }): Promise<string>;
}

/** Drawn where the terminal is an ordinary one; else a line each, without control codes, passwords too. */
export function questionsFor({ plain }: Pick<Settings, 'plain'>, terminal: Terminal): Questions {
  return plain || !terminal.capable ? inLines(terminal) : drawn;
}

const drawn: Questions = {
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
    throw interrupted(error);
  }
}

function inLines(terminal: Terminal): Questions {
  return {
    confirm: (question) => talkedOver(terminal, (talk) => talk.yes(question.message, question.default)),
    password: ({ message }) => talkedOver(terminal, (talk) => talk.askSecret(withoutColon(message))),
    input: (question) => talkedOver(terminal, (talk) => inputOver(talk, question)),
  };
}

async function talkedOver<Answer>(terminal: Terminal, about: (talk: Conversation) => Promise<Answer>): Promise<Answer> {
  const talk = new Conversation(terminal);
  try {
    return await about(talk);
  } catch (error) {
    if (!(error instanceof InputEnded)) throw error;
    throw error.why === 'interrupt' ? interrupted(error) : unanswered(error);
  } finally {
    talk.reader.close();
  }
}

async function inputOver(talk: Conversation, question: Parameters<Questions['input']>[0]): Promise<string> {
  const { message, default: fallback, validate } = question;
  for (;;) {
    const typed = await talk.ask(`${withoutColon(message)}${fallback === undefined ? '' : ` [${fallback}]`}`);
    const answer = typed === '' ? (fallback ?? '') : typed;
    const verdict = validate?.(answer) ?? true;
    if (verdict === true) return answer;
    talk.say(verdict);
  }
}

/** A line's question brings a colon of its own. */
const withoutColon = (message: string): string => message.replace(/\s*:$/, '');

const interrupted = (cause: Error): Fault =>
  new Fault({ what: 'Interrupted.', unchanged: true, exitCode: exitCode.interrupted, cause });

const unanswered = (cause: Error): Fault =>
  new Fault({
    what: 'The input ended without an answer.',
    unchanged: true,
    exitCode: exitCode.refused,
    cause,
  });
