import { expect, test } from 'vitest';
import { pairData, pairLines } from '../../source/cli/text/pair-matrix.ts';
import { fromKs1ToKs2 } from '../check/cases/case.ts';
import { healthySite } from '../facts-fixtures.ts';

const { pairs = new Map() } = fromKs1ToKs2({ ports: { 'tcp 16443': 'silent', 'udp 4789': 'open' } });

test('the matrix names the ports that do not answer, from row to column', () => {
  expect(pairLines(healthySite(), pairs, true).map((line) => line.trimEnd().split(/ {2,}/))).toEqual([
    [''],
    ['From \\ to', 'ks-1', 'ks-2', 'ks-3'],
    ['ks-1', '-', 'x tcp 16443', '+ 0.3 ms'],
    ['ks-2', '+ 0.3 ms', '-', '+ 0.3 ms'],
    ['ks-3', '+ 0.3 ms', '+ 0.3 ms', '-'],
  ]);
});

test('the JSON has each pair with the state of each port', () => {
  expect(pairData(pairs)).toHaveLength(6);
  expect(pairData(pairs)).toContainEqual(
    expect.objectContaining({ from: 'ks-1', to: 'ks-2', ports: { 'tcp 16443': 'silent', 'udp 4789': 'open' } }),
  );
});
