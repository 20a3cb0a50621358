import { promisify } from 'node:util';

/** One import of a module of Node, as esbuild writes it: `import d,{a as b}from"node:fs";`, `import*as n from"node:fs";`. */
const builtinImport =
  /import ?(?:(?<whole>[\w$]+) ?,?)?(?:\* ?as (?<space>[\w$]+))?(?:\{(?<names>[^}"']*)\})?(?: ?from ?)?"(?<module>node:[\w/]+)";/g;

/** Modules of Node that few starts use, and that take 1 to 6 ms each: they are loaded at the first call of one of their functions. */
const late: ReadonlySet<string> = new Set(['node:crypto', 'node:v8', 'node:stream/promises', 'node:child_process']);

/** Stands in for a function or a class of such a module. */
const lateFunction = `const __late=(module,name)=>{const real=()=>process.getBuiltinModule(module)[name];return new Proxy(function(){},{apply:(_,self,given)=>Reflect.apply(real(),self,given),construct:(_,given,made)=>Reflect.construct(real(),given,made),get:(_,key)=>real()[key]})};`;

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
    if (names) taken.push(...named(names, module));
    return '';
  });
  const helper = taken.some((each) => each.includes('=__late(')) ? lateFunction : '';
  return taken.length === 0 ? rest : `${helper}const ${taken.join(',')};${rest}`;
}

/** `{a as b,default as c}` of an import as declarations. */
function named(names: string, module = ''): string[] {
  const read = `process.getBuiltinModule("${module}")`;
  const pairs = names.split(',').map((pair) => {
    const [name = '', as = name] = pair.trim().split(' as ');
    return { name, as };
  });
  const whole = pairs.filter(({ name }) => name === 'default').map(({ as }) => `${as}=${read}`);
  const waiting = pairs
    .filter(({ name }) => canWait(module, name))
    .map(({ name, as }) => `${as}=__late("${module}","${name}")`);
  const parts = pairs.filter(({ name }) => name !== 'default' && !canWait(module, name));
  const now = parts.map(({ name, as }) => `${name}:${as}`);
  return [...whole, ...waiting, ...(now.length === 0 ? [] : [`{${now.join(',')}}=${read}`])];
}

/** Whether nothing but calls is made of it: what `promisify` turns into another function is read as it is. */
function canWait(module: string, name: string): boolean {
  const value: unknown = late.has(module) ? Reflect.get(process.getBuiltinModule(module) ?? {}, name) : undefined;
  return typeof value === 'function' && !Object.hasOwn(value, promisify.custom);
}
