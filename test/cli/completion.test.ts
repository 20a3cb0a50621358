import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { completion, type Shell } from '../../source/cli/text/completion.ts';
import { verbs } from '../../source/cli/verb-table.ts';
import { namedValues, shownVerbs } from '../../source/cli/verbs/completion.ts';

const folder = mkdtempSync(join(tmpdir(), 'kloudspot-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));
const shown = await shownVerbs({ verbs, version: '1' });
const written = (shell: Shell) => {
  const path = join(folder, shell);
  writeFileSync(path, completion(shell, shown, namedValues()));
  return path;
};
const has = (shell: Shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0;
const output = (command: string, ...args: string[]) => {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', cwd: folder });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
};

/** The words typed so far, the last one not finished, and what the shell offers for it. */
const cases: readonly (readonly [typed: string[], offered: string[]])[] = [
  [['st'], ['storage', 'start', 'stop', 'status']],
  [
    ['storage', ''],
    ['estimate', 'grow', 'list'],
  ],
  [['undo', '--conf'], ['--confirm-data-loss']],
  [['storage', 'estimate', '--vol'], ['--volume']],
  [['completion', 'z'], ['zsh']],
  [
    ['explain', 'host'],
    ['host-name', 'hosts-at-boot'],
  ],
  [
    ['plan', '--rehearse', 'no-'],
    ['no-avx', 'no-internet'],
  ],
  [['init', '--product', 'fore'], ['foresight']],
  [['plan', '--rehearse', '--spe'], ['--speed']],
];

describe('the completion of bash', () => {
  const path = written('bash');
  const script =
    'source "$1"; shift; COMP_WORDS=(kloudspot "$@"); COMP_CWORD=$#; _kloudspot; printf "%s\\n" "${COMPREPLY[@]}"';
  it.each(cases)('%j', (typed, offered) => {
    expect(output('bash', '-c', script, 'bash', path, ...typed).toSorted()).toEqual(offered.toSorted());
  });
  it('offers files for a flag that takes one', () => {
    expect(output('bash', '-c', script, 'bash', path, 'plan', '--site', 'ba')).toEqual(['bash']);
  });
});

describe.skipIf(!has('fish'))('the completion of fish', () => {
  const path = written('fish');
  it.each(cases)('%j', (typed, offered) => {
    const line = ['kloudspot', ...typed].join(' ');
    const words = output('fish', '-c', `source ${path}; complete -C '${line}'`).map((row) => row.replace(/\t.*/, ''));
    expect(words.toSorted()).toEqual(offered.toSorted());
  });
});

describe.skipIf(!has('zsh'))('the completion of zsh', () => {
  const path = written('zsh');
  /** A zsh of its own on a pseudo-terminal of its own, which lists what Tab finds. */
  const script = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "PS1=; autoload -Uz compinit; compinit -D; source $1; zstyle ':completion:*' list-grouped false; LISTMAX=0; print ready-now"
    zpty -r -m shell line '*ready-now*ready-now*'
    zpty -n -w shell $2$'\\t'
    zpty -r -t shell line
    repeat 300; do
      sleep 0.1; while zpty -r -t shell more; do line+=$more; done
      missing=0; for word in $@[3,-1]; do [[ $line == *$word* ]] || missing=1; done
      (( missing )) || break
    done
    print -r -- $line`;
  it.each(cases.filter(([, offered]) => offered.length > 1))('%j', (typed, offered) => {
    const text = output(
      'zsh',
      '-fc',
      script,
      'zsh',
      path,
      ['kloudspot', ...typed].join(' '),
      offered.at(-1) ?? '',
    ).join('\n');
    expect(offered.filter((word) => !text.includes(word))).toEqual([]);
  });
});
