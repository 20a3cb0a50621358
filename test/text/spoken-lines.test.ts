import { expect, it } from 'vitest';
import { spokenLines } from '../../source/text/spoken-lines.ts';

const logged =
  'E1128 10:41:42.580932   32000 memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list"';

it('leaves out what the libraries of kubectl log, as recorded from kubectl 1.34 beside a server that has ended', () => {
  const refused = 'The connection to the server 127.0.0.1:16443 was refused - did you specify the right host or port?';
  expect(spokenLines(`${logged}\n${logged}\n${refused}\n`)).toEqual([refused]);
});

it('keeps a log line where nothing else is said, and lines that only begin alike', () => {
  expect(spokenLines(`${logged}\n`)).toEqual([logged]);
  expect(spokenLines('E1128 is the number of the part\n\nsecond')).toEqual([
    'E1128 is the number of the part',
    'second',
  ]);
});
