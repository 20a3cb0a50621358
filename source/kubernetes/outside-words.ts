import { join } from 'node:path';
import type { Command, Script } from '../host/host.ts';
import { nodeState } from '../host/node-state.ts';
import { stateFolder } from '../host/state-folder.ts';
import { microk8sProgram } from '../microk8s/microk8s.ts';
import { loginFolder } from './helm.ts';

/** A cluster that is there already, as it is reached from this machine: by kubectl and Helm of this machine, not as root. */
export interface Outside {
  readonly kubeconfig: string;
  /** Where the files lie that a node would keep under its own folders. */
  readonly folder: string;
}

/** The cluster of a kubeconfig. Its files lie in the user's folder for state. */
export function outsideOf(kubeconfig: string, state: string = stateFolder()): Outside {
  return { kubeconfig, folder: join(state, 'kloudspot/outside') };
}

/** A path of a node in this machine's own folder; undefined for any other path. */
export function outsidePath(path: string, { folder }: Outside): string | undefined {
  if (path.startsWith(`${nodeState}/`)) return join(folder, path.slice(nodeState.length + 1));
  return path === loginFolder || path.startsWith(`${loginFolder}/`)
    ? join(folder, 'login', path.slice(loginFolder.length))
    : undefined;
}

const programs: Readonly<Record<string, string>> = { kubectl: 'kubectl', helm3: 'helm' };

/** The same command on this machine; undefined for what only a node of MicroK8s can do. */
export function outsideCommand(command: Command, outside: Outside): Command | undefined {
  if (!isWords(command)) return outsideScript(command, outside);
  const [first = '', second = '', ...rest] = command;
  const own = (word: string) => outsidePath(word, outside) ?? word;
  const program = first === microk8sProgram ? programs[second] : undefined;
  if (program !== undefined) return [program, '--kubeconfig', outside.kubeconfig, ...rest.map(own)];
  const paths = command.filter((word) => word.startsWith('/'));
  const files = ['install', 'rm'].includes(first) && paths.every((path) => outsidePath(path, outside) !== undefined);
  return files || first === 'true' ? command.map(own) : undefined;
}

const isWords = (command: Command): command is readonly string[] => Array.isArray(command);

function outsideScript(script: Script, { kubeconfig, folder }: Outside): Script | undefined {
  if (script.name !== 'render-chart') return undefined;
  return { ...script, arguments: [...(script.arguments ?? []), kubeconfig, folder] };
}

/** What is said to an operator about a node, said of this cluster: `sudo microk8s kubectl … on kubernetes`. */
export function outsideText(text: string, { kubeconfig }: Outside, node: string): string {
  return text
    .replaceAll(/sudo microk8s (kubectl|helm3)/g, (_, name: string) => `${programs[name]} --kubeconfig ${kubeconfig}`)
    .replaceAll(/sudo microk8s inspect,? on \S+/g, `kubectl --kubeconfig ${kubeconfig} get --raw /readyz?verbose`)
    .replaceAll(new RegExp(`,? on ${node}\\b`, 'g'), '');
}
