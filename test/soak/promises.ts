/** A promise of the program, and the tests that try to break it. */
export interface Promised {
  readonly promise: string;
  readonly how: string;
  readonly ring: 'pure' | 'rehearsal' | 'terminal' | 'long';
  /** Parts of the names of their files. */
  readonly files: readonly string[];
}

/** What no loop of its own counts. Every test is one try. */
export const promises: readonly Promised[] = [
  {
    promise: 'Ctrl-C or SIGTERM once lets running steps end',
    how: 'the built program, its run and its undo, with and without `--plain`; a second one ends them',
    ring: 'rehearsal',
    files: ['test/flows/signals'],
  },
  {
    promise: 'The loser of a lock changes no file',
    how: 'a second `init --yes` beside a run that lives; a changed plan is refused by `resume`',
    ring: 'rehearsal',
    files: ['test/flows/locked'],
  },
  {
    promise: 'A lock passes from a holder that is gone to one of those that want it',
    how: 'three or four processes that take, lose and return it, killed at any act, in thousands of orders from each of five beginnings; on a node beside a run of that node itself; six processes that change a rehearsal whose holder was killed',
    ring: 'pure',
    files: ['test/engine/lock', 'test/rehearsal/model-lock'],
  },
  {
    promise: 'A disk that cannot be written is one clear error',
    how: 'full in bytes or in files, read-only, with I/O errors, before and in a run; a root that moved, a long one, a missing TMPDIR',
    ring: 'rehearsal',
    files: ['test/flows/disk'],
  },
  {
    promise: 'A clock that is set changes only the times shown',
    how: 'an hour forward and back in a run, by a preloaded library; a build in 1970 and in 2100, and the right time afterwards',
    ring: 'rehearsal',
    files: ['test/flows/clock'],
  },
  {
    promise: 'A session that is lost takes no run and no draft along',
    how: 'a real sshd whose session is killed, in a run and in the wizard; a terminal that is hung up; one that takes nothing',
    ring: 'terminal',
    files: ['test/terminal/lost-session', 'test/terminal/run.test'],
  },
  {
    promise: 'What is scarce is one clear error',
    how: 'limits on open files and on the size of files, an output that is full, a folder that was removed',
    ring: 'rehearsal',
    files: ['test/flows/scarce'],
  },
  {
    promise: 'A closed pipe ends every verb quietly',
    how: 'every verb and every help into a reader that goes away at once',
    ring: 'rehearsal',
    files: ['test/flows/closed-pipe'],
  },
  {
    promise: 'Real work never counts against a virtual deadline',
    how: 'whole builds at five speeds up to 10⁹',
    ring: 'rehearsal',
    files: ['test/flows/speed'],
  },
  {
    promise: 'Data is removed only by the name of the site',
    how: '`stop` of a chart that takes volumes along: `--yes` alone and a wrong name are refused, and nothing is changed',
    ring: 'rehearsal',
    files: ['test/flows/stop'],
  },
  {
    promise: 'A crash leaves no memory in a core file',
    how: "the built program's run: limit and filter of its process",
    ring: 'rehearsal',
    files: ['test/flows/core-files'],
  },
  {
    promise: "The transport's end is not the command's exit code",
    how: 'a real sshd with MaxSessions 1 to 10; ssh ended by every fatal signal; masters that hang or die',
    ring: 'pure',
    files: ['test/host/sessions', 'test/host/ssh.test', 'test/host/child'],
  },
  {
    promise: 'Own files that are damaged are reported, kept and passed over',
    how: 'torn, empty, changed: draft, site, plan, run.json, process.json, journal, memory of the operator',
    ring: 'pure',
    files: ['test/site/save', 'test/operator', 'test/engine/abandoned', 'test/engine/journal', 'test/engine/worker'],
  },
  {
    promise: 'Text of nodes and files never acts on the terminal',
    how: 'escape sequences, C1, bidi and line breaks in every text, on every face',
    ring: 'pure',
    files: ['test/text/planted', 'test/text/safe-text', 'test/fuzz/hostile-nodes', 'test/ui/faces'],
  },
  {
    promise: 'Damaged input never crashes the program',
    how: 'fuzz of site, draft, product, scenario, answers of nodes, keys',
    ring: 'pure',
    files: ['test/fuzz'],
  },
  {
    promise: 'No secret is seen at either end',
    how: "the lab: logins, sudo, registry, TLS key and join token through a whole run over SSH; every process watched but MicroK8s' own join, every file, log and journal searched, core files off",
    ring: 'long',
    files: ['test/lab/secrets'],
  },
];
