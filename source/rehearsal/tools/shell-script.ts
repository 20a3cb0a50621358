/** A script in the part of sh that small scripts need: lists, `&&`, `||`, `for`, `if`, quotes, `$name`, `*`. */
export type Statement =
  | { readonly kind: 'command'; readonly words: readonly Word[]; readonly next: 'always' | 'on-success' | 'on-failure' }
  | {
      readonly kind: 'for';
      readonly name: string;
      readonly items: readonly Word[];
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'if';
      readonly condition: readonly Statement[];
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    };

/** Parts of a word: what stands in quotes is not a pattern, what stands in single quotes is not expanded either. */
export type Word = readonly { readonly text: string; readonly quoted: boolean; readonly expand: boolean }[];

/** What the interpreter of simulated machines does not know. */
export class ShellError extends Error {}

type Token =
  | { readonly kind: 'word'; readonly word: Word; readonly plain: string }
  | { readonly kind: 'end' | 'and' | 'or' };

export function parseScript(text: string): Statement[] {
  const tokens = tokensOf(text);
  const reader = new Reader(tokens);
  const statements = reader.list([]);
  if (!reader.atEnd()) throw new ShellError(`unexpected ${reader.peek()}`);
  return statements;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let rest = text;
  while (rest !== '') {
    const skipped = /^(?:[ \t]+|\\\n|#[^\n]*)/.exec(rest);
    if (skipped !== null) {
      rest = rest.slice(skipped[0].length);
      continue;
    }
    const sign = /^(?:&&|\|\||;|\n)/.exec(rest)?.[0];
    if (sign !== undefined) {
      tokens.push({ kind: sign === '&&' ? 'and' : sign === '||' ? 'or' : 'end' });
      rest = rest.slice(sign.length);
      continue;
    }
    const redirection = /^\d?>{1,2}\s*(?:&\d|\/dev\/null)/.exec(rest)?.[0];
    if (redirection !== undefined) {
      rest = rest.slice(redirection.length);
      continue;
    }
    if (/^[|&<>()`]/.test(rest)) throw new ShellError(`syntax that is not known here: ${rest.slice(0, 12)}`);
    const [word, length] = wordOf(rest);
    tokens.push({ kind: 'word', word, plain: word.map((part) => (part.quoted ? '"' : '') + part.text).join('') });
    rest = rest.slice(length);
  }
  return tokens;
}

function wordOf(text: string): readonly [Word, number] {
  const parts: { text: string; quoted: boolean; expand: boolean }[] = [];
  let place = 0;
  while (place < text.length) {
    const rest = text.slice(place);
    const [whole, single, double, bare] =
      /^(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|((?:[^\s;&|<>()'"\\`]|\\.)+))/s.exec(rest) ?? [];
    if (whole === undefined) break;
    if (single !== undefined) parts.push({ text: single, quoted: true, expand: false });
    else if (double !== undefined)
      parts.push({ text: double.replace(/\\(["\\$])/g, '$1'), quoted: true, expand: true });
    else parts.push({ text: (bare ?? '').replace(/\\(.)/g, '$1'), quoted: false, expand: true });
    place += whole.length;
  }
  if (place === 0) throw new ShellError(`syntax that is not known here: ${text.slice(0, 12)}`);
  return [parts, place];
}

class Reader {
  readonly #tokens: readonly Token[];
  #place = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  atEnd(): boolean {
    return this.#place >= this.#tokens.length;
  }

  peek(): string {
    const token = this.#tokens[this.#place];
    return token?.kind === 'word' ? token.plain : (token?.kind ?? 'end of the script');
  }

  /** Statements up to one of these words. */
  list(until: readonly string[]): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      while (this.#tokens[this.#place]?.kind === 'end') this.#place += 1;
      if (this.atEnd() || until.includes(this.peek())) return statements;
      statements.push(this.#statement());
    }
  }

  #statement(): Statement {
    if (this.peek() === 'for') return this.#for();
    if (this.peek() === 'if') return this.#if();
    const words = this.#words();
    if (words.length === 0) throw new ShellError(`unexpected ${this.peek()}`);
    const kind = this.#tokens[this.#place]?.kind;
    if (kind === 'and' || kind === 'or') this.#place += 1;
    return { kind: 'command', words, next: kind === 'and' ? 'on-success' : kind === 'or' ? 'on-failure' : 'always' };
  }

  #for(): Statement {
    this.#expect('for');
    const name = this.peek();
    this.#place += 1;
    this.#expect('in');
    const items = this.#words();
    this.#skipEnds();
    this.#expect('do');
    const body = this.list(['done']);
    this.#expect('done');
    return { kind: 'for', name, items, body };
  }

  #if(): Statement {
    this.#place += 1;
    const condition = this.list(['then']);
    this.#expect('then');
    const body = this.list(['else', 'elif', 'fi']);
    if (this.peek() === 'elif') return { kind: 'if', condition, body, otherwise: [this.#if()] };
    if (this.peek() === 'else') {
      this.#place += 1;
      const otherwise = this.list(['fi']);
      this.#expect('fi');
      return { kind: 'if', condition, body, otherwise };
    }
    this.#expect('fi');
    return { kind: 'if', condition, body, otherwise: [] };
  }

  #words(): Word[] {
    const words: Word[] = [];
    for (;;) {
      const token = this.#tokens[this.#place];
      if (token?.kind !== 'word') return words;
      words.push(token.word);
      this.#place += 1;
    }
  }

  #skipEnds(): void {
    while (this.#tokens[this.#place]?.kind === 'end') this.#place += 1;
  }

  #expect(word: string): void {
    if (this.peek() !== word) throw new ShellError(`${word} expected, not ${this.peek()}`);
    this.#place += 1;
  }
}
