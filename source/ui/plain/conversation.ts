import { type PlainOutput, promptText, say } from './output.ts';
import { LineReader, type PlainInput } from './reader.ts';

/** What the plain twin talks through. */
export interface PlainIo {
  readonly input: PlainInput;
  readonly output: PlainOutput;
}

/** Questions and answers, a line each. */
export class Conversation {
  readonly output: PlainOutput;
  readonly reader: LineReader;

  constructor(io: PlainIo) {
    this.output = io.output;
    this.reader = new LineReader(io.input);
  }

  say(...lines: readonly string[]): void {
    say(this.output, ...lines);
  }

  /** Puts a question; the answer without spaces at its ends. Throws `InputEnded`. */
  async ask(question: string): Promise<string> {
    this.output.write(promptText(question, this.output));
    const answer = (await this.#answered(this.reader.read())).trim();
    // A pipe echoes nothing; with the answer written down the transcript can be read.
    if (!this.reader.terminal) this.say(answer);
    return answer;
  }

  /** The same for what no one may see. */
  async askSecret(question: string): Promise<string> {
    this.output.write(promptText(question, this.output));
    const answer = await this.#answered(this.reader.readSecret());
    this.say('');
    return answer;
  }

  async yes(question: string, fallback: boolean): Promise<boolean> {
    for (;;) {
      const asked = question.includes('?') ? question : `${question}?`;
      const answer = (await this.ask(`${asked} (yes or no) [${fallback ? 'yes' : 'no'}]`)).toLowerCase();
      if (answer === '') return fallback;
      if (/^y(es)?$/.test(answer)) return true;
      if (/^no?$/.test(answer)) return false;
      this.say('Answer yes or no.');
    }
  }

  async #answered(answer: Promise<string>): Promise<string> {
    try {
      return await answer;
    } catch (error) {
      // The question's line is ended, so that what comes next begins on its own.
      this.say('');
      throw error;
    }
  }
}
