import { expect, it } from 'vitest';
import { parseFileSystemSpace, parseThinPoolUse } from '../../source/storage/fullness.ts';

it('reads what df prints, each file system once', () => {
  const df = '  1B-blocks        Avail Mounted on\n105089261568  7654321098 /\n105089261568  7654321098 /\n';
  expect(parseFileSystemSpace(df)).toEqual([{ path: '/', size: 105_089_261_568, free: 7_654_321_098 }]);
  expect(parseFileSystemSpace('')).toBeUndefined();
});

it('reads how full thin pools are, from LVM', () => {
  const row = {
    vg_name: 'data-vg',
    lv_name: 'pool',
    segtype: 'thin-pool',
    data_percent: '83.41',
    metadata_percent: '12.00',
  };
  const others = [
    { ...row, lv_name: 'volume', segtype: 'thin', metadata_percent: '' },
    { ...row, lv_name: 'root', segtype: 'linear', data_percent: '', metadata_percent: '' },
  ];
  expect(parseThinPoolUse(JSON.stringify({ report: [{ lv: [row, ...others] }] }))).toEqual([
    { pool: 'data-vg/pool', data: 83.41, metadata: 12 },
  ]);
  expect(parseThinPoolUse('WARNING: nothing of LVM')).toBeUndefined();
});
