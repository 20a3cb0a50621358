import { type Call, refuse, type Steps, say } from '../call.ts';

/** `microk8s addons repo update core`: the copies of the addons become those of the snap. Section 1.6. */
export function* addons(call: Call): Steps {
  const [group, verb, name] = call.words;
  if (group !== 'repo' || verb !== 'update') return refuse(call, 'microk8s addons is only rehearsed as repo update.');
  if (!call.root)
    return refuse(call, 'Elevated permissions is needed for this operation. Please run this command with sudo.', 50);
  if (name !== 'core') return refuse(call, `Repository '${name ?? ''}' does not exist`);
  yield 1_500;
  call.change((machine) => {
    const snap = machine.snaps['microk8s'];
    if (snap !== undefined) delete snap.addons;
  });
  return say(call, 'Updating repository core\nAlready up to date.');
}
