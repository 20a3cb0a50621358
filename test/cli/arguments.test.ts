import { describe, expect, it } from 'vitest';
import { listOf, parseWords, splitVerb } from '../../source/cli/line/arguments.ts';
import { type Flags, globalFlags, runOperand } from '../../source/cli/line/flags.ts';
import { Fault } from '../../source/errors/fault.ts';

const flags = {
  ...globalFlags,
  set: { type: 'string', multiple: true, about: '', value: 'PATH=VALUE' },
} as const satisfies Flags;

const parse = (...words: string[]) => parseWords(words, { name: 'update', flags, operand: runOperand });

/** The words of the refusal. */
const refused = (...words: string[]): string => refusal(() => parse(...words));

function refusal(parsing: () => unknown): string {
  try {
    parsing();
  } catch (error) {
    if (error instanceof Fault) return [error.exitCode, error.message, ...error.next].join(' ');
    throw error;
  }
  return 'not refused';
}

describe('the words behind a verb', () => {
  it('give the values of flags in both spellings', () => {
    expect(parse('--site', 'a.yaml', '--speed=3', '-y').args).toMatchObject({ site: 'a.yaml', speed: '3', yes: true });
  });
  it('may repeat a flag that takes several values', () => {
    expect(parse('--set', 'a=1,2', '--yes', '--set=b=c=d').args.set).toEqual(['a=1,2', 'b=c=d']);
    expect(listOf(['a,b', 'c', ''])).toEqual(['a', 'b', 'c']);
    expect(listOf(undefined)).toEqual([]);
  });
  it('switch colours off', () => {
    expect(parse('--no-color').args.color).toBe(false);
    expect(parse().args.color).toBeUndefined();
  });
  it('may leave out the value of --rehearse', () => {
    expect(parse('--rehearse', '--yes').args).toMatchObject({ rehearse: '', yes: true });
    expect(parse('--rehearse', 'healthy').args.rehearse).toBe('healthy');
    expect(parse('last', '--rehearse')).toMatchObject({ operand: 'last', args: { rehearse: '' } });
  });
  it.each([
    [['--sitee', 'x'], '2 Unknown flag --sitee. Did you mean --site FILE?'],
    [['--no-colour'], '2 Unknown flag --no-colour. Did you mean --no-color?'],
    [['--no-site'], '2 Unknown flag --no-site.'],
    [['-z'], '2 Unknown flag -z.'],
    [['--site'], '2 --site needs a value. Write --site FILE'],
    [['--site', '--yes'], '2 --site needs a value.'],
    [['--root='], '2 --root needs a value.'],
    [['--yes=no'], '2 --yes takes no value.'],
    [['one', 'two'], '2 Unexpected argument two. kloudspot update --help lists what there is.'],
  ])('are refused: %j', (words, says) => expect(refused(...words)).toContain(says));
  it('are refused where the one that is required is missing', () => {
    const shape = { name: 'drill', flags, operand: { name: 'NODE', about: '', required: true } } as const;
    expect(refusal(() => parseWords(['--yes'], shape))).toContain('2 kloudspot drill needs a NODE.');
    expect(parseWords(['ks-1'], shape).operand).toBe('ks-1');
  });
});

describe('the verb', () => {
  const verbs = new Set(['init', 'status', 'storage list', 'storage estimate']);
  it.each([
    [['init', '--yes'], 'init', ['--yes']],
    [['--site', 'status', 'init'], 'init', ['--site', 'status']],
    [['--rehearse', 'status', '--json'], 'status', ['--rehearse=', '--json']],
    [['--rehearse', 'one-disk', 'status'], 'status', ['--rehearse', 'one-disk']],
    [['--plain', 'storage', 'list', '--json'], 'storage list', ['--plain', '--json']],
    [['storage', 'lst'], 'storage lst', []],
    [['storage', '--json'], 'storage', ['--json']],
    [['--json'], undefined, ['--json']],
  ])('is found in %j', (argv, verb, rest) => expect(splitVerb(argv, verbs)).toEqual({ verb, rest }));
});
