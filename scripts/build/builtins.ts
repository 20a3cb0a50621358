/** One import of a module of Node, as esbuild writes it: `import d,{a as b}from"node:fs";`, `import*as n from"node:fs";`. */
const builtinImport =
  /import ?(?:(?<whole>[\w$]+) ?,?)?(?:\* ?as (?<space>[\w$]+))?(?:\{(?<names>[^}"']*)\})?(?: ?from ?)?"(?<module>node:[\w/]+)";/g;

/**
 * Reads the modules of Node by `process.getBuiltinModule` instead of `import`: an import makes a list of every export, and for
 * that reads getters that load further modules (2 to 3 ms for `node:fs` alone, at each start).
 */
export function withoutBuiltinImports(text: string): string {
  const taken: string[] = [];
  const rest = text.replace(builtinImport, (_, ...more) => {
    const { whole, space, names, module }: Record<string, string | undefined> = more.at(-1);
    const read = `process.getBuiltinModule("${module}")`;
    for (const name of [whole, space]) if (name !== undefined) taken.push(`${name}=${read}`);
    if (names) taken.push(...named(names, read));
    return '';
  });
  return taken.length === 0 ? rest : `const ${taken.join(',')};${rest}`;
}

/** `{a as b,default as c}` of an import as declarations. */
function named(names: string, read: string): string[] {
  const pairs = names.split(',').map((name) => name.trim().split(' as '));
  const whole = pairs.filter(([name]) => name === 'default').map(([name = '', as = name]) => `${as}=${read}`);
  const parts = pairs.filter(([name]) => name !== 'default').map(([name = '', as = name]) => `${name}:${as}`);
  return parts.length === 0 ? whole : [...whole, `{${parts.join(',')}}=${read}`];
}
