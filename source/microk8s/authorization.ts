import type { Script } from '../host/host.ts';
import { microk8sFiles, microk8sProgram } from './node.ts';

/** How the API server of a manager decides who may do what. */
export interface Authorization {
  /** What its arguments say, such as `RBAC,Node`; without `rbac` it is `AlwaysAllow`. */
  readonly told: string;
  /** Whether it lets a user in to whom no right was given; undefined where it did not answer. */
  readonly open: boolean | undefined;
}

/**
 * Prints what the arguments of the API server say, and what that server does: `enable rbac` that ended half way has changed the
 * arguments and restarted nothing, and says "enabled" from then on. Prints nothing on a worker.
 */
export const authorization: Script = {
  name: 'authorization',
  text: `arguments=${microk8sFiles.arguments}/kube-apiserver
[ -r "$arguments" ] && [ ! -e ${microk8sFiles.worker} ] || exit 0
echo "told $(sed -n 's/^--authorization-mode[= ]//p' "$arguments" | tail -n 1)"
echo "open $(timeout 10 ${microk8sProgram} kubectl auth can-i get secrets --all-namespaces --as=kloudspot:stranger 2>/dev/null | tail -n 1)"
`,
};

/** Undefined where nothing was said, as on a worker. */
export function parseAuthorization(stdout: string): Authorization | undefined {
  const told = /^told (.*)$/m.exec(stdout)?.[1]?.trim();
  if (told === undefined) return undefined;
  const answer = /^open (yes|no)$/m.exec(stdout)?.[1];
  return { told: told === '' ? 'AlwaysAllow' : told, open: answer === undefined ? undefined : answer === 'yes' };
}
