/** A formula of a product file: numbers, names, + - * /, brackets, min, max and ceil. */
export type Formula =
  | { readonly number: number }
  | { readonly name: string }
  | { readonly call: string; readonly of: readonly Formula[] };

type Operation = (...values: readonly number[]) => number;

const functions: Readonly<Record<string, Operation>> = {
  min: Math.min,
  max: Math.max,
  ceil: (value = Number.NaN) => Math.ceil(value),
};
const operators: Readonly<Record<string, Operation>> = {
  '+': (one = 0, other = 0) => one + other,
  '-': (one = 0, other = 0) => one - other,
  '*': (one = 0, other = 0) => one * other,
  '/': (one = 0, other = 0) => one / other,
};

/** Throws `SyntaxError`, in words, for text that is not a formula. */
export function parseFormula(text: string): Formula {
  const words = new Words(text);
  const formula = sum(words);
  if (words.next !== undefined) throw new SyntaxError(`"${words.next}" is not expected here`);
  return formula;
}

/** The words of a formula, one after the other. */
class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#words = text.match(/[A-Za-z]\w*|\d+(?:\.\d+)?|[-+*/(),]|\S/g) ?? [];
  }

  get next(): string | undefined {
    return this.#words[this.#at];
  }

  take(): string {
    const word = this.next;
    if (word === undefined) throw new SyntaxError('the formula ends too early');
    this.#at += 1;
    return word;
  }

  expect(word: string): void {
    const found = this.take();
    if (found !== word) throw new SyntaxError(`"${word}" is expected, not "${found}"`);
  }
}

const sum = (words: Words): Formula => chain(words, '+-', product);
const product = (words: Words): Formula => chain(words, '*/', operand);

/** Operations of one level, from left to right. */
function chain(words: Words, level: string, part: (words: Words) => Formula): Formula {
  let left = part(words);
  while (words.next !== undefined && level.includes(words.next)) left = { call: words.take(), of: [left, part(words)] };
  return left;
}

function operand(words: Words): Formula {
  const word = words.take();
  if (word === '(') {
    const inner = sum(words);
    words.expect(')');
    return inner;
  }
  if (Object.hasOwn(functions, word)) return call(word, words);
  if (/^\d/.test(word)) return { number: Number(word) };
  if (/^[A-Za-z]/.test(word)) return { name: word };
  throw new SyntaxError(`a number or a name is expected, not "${word}"`);
}

function call(name: string, words: Words): Formula {
  words.expect('(');
  const of = [sum(words)];
  while (words.next === ',') {
    words.take();
    of.push(sum(words));
  }
  words.expect(')');
  return { call: name, of };
}

/** Names that a formula uses, each once. */
export function namesIn(formula: Formula): string[] {
  if ('name' in formula) return [formula.name];
  return 'call' in formula ? [...new Set(formula.of.flatMap(namesIn))] : [];
}

/** `NaN` where a name has no value. */
export function evaluate(formula: Formula, values: Readonly<Record<string, number>>): number {
  if ('number' in formula) return formula.number;
  if ('name' in formula) return values[formula.name] ?? Number.NaN;
  const operation = operators[formula.call] ?? functions[formula.call];
  return operation ? operation(...formula.of.map((each) => evaluate(each, values))) : Number.NaN;
}
