import { expect, it } from 'vitest';
import { withoutBuiltinImports } from '../../scripts/build/builtins.ts';

const fs = 'process.getBuiltinModule("node:fs")';

it.each([
  ['import{readFileSync as r,stat}from"node:fs";r()', `const {readFileSync:r,stat:stat}=${fs};r()`],
  ['import f from"node:fs";f()', `const f=${fs};f()`],
  ['import*as f from"node:fs";f()', `const f=${fs};f()`],
  ['import * as f from "node:fs";f()', `const f=${fs};f()`],
  ['import f,{stat as s}from"node:fs";f(s)', `const f=${fs},{stat:s}=${fs};f(s)`],
  ['import{default as f,stat}from"node:fs";f()', `const f=${fs},{stat:stat}=${fs};f()`],
  ['import"node:fs";go()', 'go()'],
  ['import{a}from"./chunk.js";import f from"node:fs";a(f)', `const f=${fs};import{a}from"./chunk.js";a(f)`],
])('reads a module of Node without an import: %s', (text, lean) => {
  expect(withoutBuiltinImports(text)).toBe(lean);
});

it('leaves other imports and texts as they are', () => {
  const text = 'import{a}from"./chunk.js";import("node:fs");say("node:fs")';
  expect(withoutBuiltinImports(text)).toBe(text);
});
