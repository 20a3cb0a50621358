import { type Addon, addons, communityAddons } from '../../cluster/addons.ts';
import { plain } from '../../cluster/manifests.ts';
import { apiAnswers, clusterOf } from '../../cluster/membership.ts';
import { isReady } from '../../cluster/schemas.ts';
import { list, put, remove } from '../../cluster/store.ts';
import { microk8sVersions } from '../../cluster/versions.ts';
import { type Call, refuse, type Steps, say } from '../call.ts';

const lookAgainMs = 2_000;

/** `microk8s enable ADDON[:ARGUMENT]`: MicroK8s fact sheet, sections 1.6 to 1.8. */
export function* enable(call: Call): Steps {
  const names = call.words.filter((word) => !word.startsWith('-'));
  const [first] = names;
  if (first === undefined) return refuse(call, 'Usage: microk8s enable ADDON...');
  if (names.some((word) => word.includes(':')) && call.words.length > names.length) {
    return refuse(call, "Can't pass string arguments and flag arguments simultaneously!");
  }
  const many = first.includes(':') || addons.some((addon) => addon.name === names[1]);
  if (many && names.length > 1)
    call.out(
      '\nWARNING: Do not enable or disable multiple addons in one command.\n         This form of chained operations on addons will be DEPRECATED in the future.\n',
    );
  for (const word of many ? names : [first]) {
    const code = yield* one(call, word, many ? undefined : names[1]);
    if (code !== 0) return code;
  }
  return 0;
}

function* one(call: Call, word: string, unixArgument: string | undefined): Steps {
  const [full = '', ...rest] = word.split(':');
  const name = full.replace(/^core\//, '');
  const addon = addons.find((candidate) => candidate.name === name);
  if (addon === undefined) {
    if (full.includes('/')) return say(call, `Addon ${full} not found`);
    call.err(`Addon ${name} was not found in any repository\n`);
    if (communityAddons.includes(name))
      call.out(
        'To use the community maintained flavor enable the respective repository:\n\n    microk8s enable community\n',
      );
    return 1;
  }
  if (!full.includes('/')) call.err(`Infer repository core for addon ${name}\n`);
  if (!call.look((machine, state, now) => apiAnswers(state, machine, now))) {
    yield 30_000;
    return refuse(
      call,
      "Traceback (most recent call last):\nsubprocess.CalledProcessError: Command 'microk8s-kubectl.wrapper get all' returned non-zero exit status 1.",
    );
  }
  yield 1_100;
  if (isEnabled(call, addon)) return say(call, `Addon core/${name} is already enabled`);
  const argument = rest.length > 0 ? rest.join(':') : unixArgument;
  if (name === 'metallb') return yield* metallb(call, addon, argument);
  return yield* install(call, addon);
}

function isEnabled(call: Call, addon: Addon): boolean {
  return call.look((machine, state) => {
    const cluster = clusterOf(state, machine);
    return cluster !== undefined && addon.enabled(cluster);
  });
}

const trackOf = (call: Call) => call.look((machine) => microk8sVersions(machine.snaps['microk8s']?.channel ?? ''));

function apply(call: Call, addon: Addon): void {
  const track = trackOf(call);
  call.change((machine, state, now) => {
    const cluster = clusterOf(state, machine);
    if (cluster !== undefined && track !== undefined)
      for (const object of addon.objects(track)) put(cluster, object, now);
  });
}

function* install(call: Call, addon: Addon): Steps {
  const track = trackOf(call);
  const lines = track === undefined ? [] : addon.lines(track);
  const half = Math.floor(lines.length / 2);
  for (const [index, [text, ms]] of lines.entries()) {
    yield ms;
    if (index === half) apply(call, addon);
    call.out(`${text}\n`);
  }
  return 0;
}

const range = /^\d+\.\d+\.\d+\.\d+(-\d+\.\d+\.\d+\.\d+|\/\d+)$/;

/** Its loops that wait for the controller and for the pool never end by themselves: section 1.8. */
function* metallb(call: Call, addon: Addon, argument: string | undefined): Steps {
  call.out('Enabling MetalLB\n');
  if (argument === undefined) return 1;
  const ranges = argument.split(',');
  const wrong = ranges.find((text) => !range.test(text));
  if (wrong !== undefined) return say(call, `Your input value (${wrong}) is not a valid IP Range`, 1);
  call.out('Applying Metallb manifest\n');
  yield 2_500;
  apply(call, addon);
  for (const text of [
    'customresourcedefinition.apiextensions.k8s.io/ipaddresspools.metallb.io created',
    'namespace/metallb-system created',
    'deployment.apps/controller created',
    'daemonset.apps/speaker created',
  ]) {
    call.out(`${text}\n`);
  }
  call.out('Waiting for Metallb controller to be ready.\n');
  while (!call.look((machine, state) => controllerReady(clusterOf(state, machine)))) yield lookAgainMs;
  call.out('deployment.apps/controller condition met\n');
  yield 1_500;
  call.change((machine, state, now) => {
    const cluster = clusterOf(state, machine);
    if (cluster === undefined) return;
    put(
      cluster,
      plain('metallb.io/v1beta1', 'IPAddressPool', 'default-addresspool', 'metallb-system', {
        spec: { addresses: ranges },
      }),
      now,
    );
    put(
      cluster,
      plain('metallb.io/v1beta1', 'L2Advertisement', 'default-advertise-all-pools', 'metallb-system', { spec: {} }),
      now,
    );
  });
  call.out(
    'ipaddresspool.metallb.io/default-addresspool created\nl2advertisement.metallb.io/default-advertise-all-pools created\n',
  );
  return say(call, 'MetalLB is enabled');
}

function controllerReady(cluster: Parameters<typeof list>[0] | undefined): boolean {
  if (cluster === undefined) return false;
  return list(cluster, 'Pod', 'metallb-system').some(
    (pod) => pod.metadata.name.startsWith('controller-') && isReady(pod),
  );
}

/** `microk8s disable ADDON`: what the addon brought goes. */
export function* disable(call: Call): Steps {
  const name = (call.words[0] ?? '').split(':')[0]?.replace(/^core\//, '') ?? '';
  const addon = addons.find((candidate) => candidate.name === name);
  if (addon === undefined) return refuse(call, `Addon ${name} was not found in any repository`);
  call.err(`Infer repository core for addon ${name}\n`);
  if (!isEnabled(call, addon)) return say(call, `Addon core/${name} is already disabled`);
  yield 6_000;
  const track = trackOf(call);
  call.change((machine, state) => {
    const cluster = clusterOf(state, machine);
    if (cluster === undefined || track === undefined) return;
    for (const object of addon.objects(track)) remove(cluster, object);
  });
  return say(call, `${addon.name} is disabled`);
}
