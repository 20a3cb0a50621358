import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';
import type { Scenario, ScenarioFault } from '../scenario/schema.ts';

/** The words that a fault's `command` is compared with: without `env …`, `sudo`, `timeout N` and folders. */
function plainWords(argv: readonly string[]): readonly string[] {
  const [first = '', ...rest] = argv;
  const program = first.slice(first.lastIndexOf('/') + 1);
  if (program === 'env')
    return plainWords(rest.filter((_word, index) => !rest.slice(0, index + 1).every((one) => /^\w+=/.test(one))));
  if (program === 'sudo') return plainWords(rest.filter((word) => word !== '-n' && word !== '-S'));
  if (program === 'timeout') return plainWords(rest.slice(1));
  if (program === 'start-join') return ['microk8s', 'join', ...rest];
  return [program, ...rest];
}

/** The scenario's fault that strikes this command now, counted as struck; undefined when it goes as it should. */
export function strike(
  state: State,
  scenario: Scenario,
  machine: Machine,
  argv: readonly string[],
): ScenarioFault | undefined {
  const words = plainWords(argv);
  let struck: ScenarioFault | undefined;
  for (const [index, fault] of scenario.faults.entries()) {
    if (fault.node !== undefined && fault.node !== machine.id) continue;
    const wanted = fault.command.split(' ');
    if (!wanted.every((word, place) => words[place] === word)) continue;
    const key = String(index);
    const count = (state.struck[key] ?? 0) + 1;
    state.struck[key] = count;
    if (count >= fault.from && count < fault.from + fault.times) struck ??= fault;
  }
  return struck;
}

export function concerns(scenario: Scenario, machine: string, argv: readonly string[]): boolean {
  const words = plainWords(argv);
  return scenario.faults.some(
    (fault) =>
      (fault.node === undefined || fault.node === machine) &&
      fault.command.split(' ').every((word, place) => words[place] === word),
  );
}
