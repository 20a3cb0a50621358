import { constants, createHash, X509Certificate } from 'node:crypto';
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

it('a function or a class of a module that few starts use is read at its first use', async () => {
  const text = withoutBuiltinImports(
    'import{createHash as h,X509Certificate as C,constants as k}from"node:crypto";export{h,C,k}',
  );
  expect(text).toContain(
    'h=__late("node:crypto","createHash"),C=__late("node:crypto","X509Certificate"),{constants:k}=',
  );
  const { h, C, k } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  expect(h('sha256').update('a').digest('hex')).toBe(createHash('sha256').update('a').digest('hex'));
  expect(Object.create(X509Certificate.prototype)).toBeInstanceOf(C);
  expect(() => new C('no certificate')).toThrow();
  expect(k).toBe(constants);
});

it('what has a form of its own with promises is read as it is', () => {
  expect(withoutBuiltinImports('import{execFile as e,spawn as s}from"node:child_process";')).toMatch(
    /const s=__late\("node:child_process","spawn"\),\{execFile:e\}=process\.getBuiltinModule/,
  );
});
