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
  const words = text.match(/[A-Za-z]\w*|\d+(?:\.\d+)?|[-+*/(),]|\S/g) ?? [];
  let at = 0;
  const take = (): string => {
    const word = words[at++];
    if (word === undefined) throw new SyntaxError('the formula ends too early');
    return word;
  };
  const expect = (word: string): void => {
    const found = take();
    if (found !== word) throw new SyntaxError(`"${word}" is expected, not "${found}"`);
  };
  const chain = (level: string, next: () => Formula): Formula => {
    let left = next();
    for (let word = words[at]; word !== undefined && level.includes(word); word = words[at]) {
      at++;
      left = { call: word, of: [left, next()] };
    }
    return left;
  };
  const call = (name: string): Formula => {
    expect('(');
    const of = [sum()];
    while (words[at] === ',') {
      at++;
      of.push(sum());
    }
    expect(')');
    return { call: name, of };
  };
  const one = (): Formula => {
    const word = take();
    if (word === '(') {
      const inner = sum();
      expect(')');
      return inner;
    }
    if (Object.hasOwn(functions, word)) return call(word);
    if (/^\d/.test(word)) return { number: Number(word) };
    if (/^[A-Za-z]/.test(word)) return { name: word };
    throw new SyntaxError(`a number or a name is expected, not "${word}"`);
  };
  const product = (): Formula => chain('*/', one);
  const sum = (): Formula => chain('+-', product);
  const formula = sum();
  if (at < words.length) throw new SyntaxError(`"${words[at]}" is not expected here`);
  return formula;
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
