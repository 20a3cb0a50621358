import { communityAddons } from '../../../microk8s/addons.ts';
import { said } from '../../../microk8s/messages.ts';
import { agentPort } from '../../../microk8s/node.ts';
import { type ClusterService, serviceIn } from '../../../microk8s/services.ts';
import { type Addon, addonsOn, isEnabled } from '../../cluster/addons.ts';
import { plain } from '../../cluster/manifests.ts';
import { apiAnswers, clusterOf } from '../../cluster/membership.ts';
import { isReady, readService } from '../../cluster/schemas.ts';
import { restartServices, spreadArguments } from '../../cluster/spread-arguments.ts';
import { list, put, remove } from '../../cluster/store.ts';
import { argumentLines, argumentOf } from '../../node/arguments.ts';
import { fileAt } from '../../node/file-system.ts';
import { locks } from '../../node/services.ts';
import { answer, type Call, refuse, type Steps, say, tell } from '../call.ts';
import { broughtBy, dismissClaims, spreadBy, withValues } from './enable-service.ts';

const lookAgainMs = 2_000;

/** `microk8s enable ADDON[:ARGUMENT]`: MicroK8s fact sheet, sections 1.6 to 1.8. */
export function* enable(call: Call): Steps {
  const names = call.words.filter((word) => !word.startsWith('-'));
  const [first] = names;
  if (first === undefined) return refuse(call, 'Usage: microk8s enable ADDON...');
  const plainWords = call.words.filter((word) => !isAddon(call, word.split(':')[0]));
  if (names.some((word) => word.includes(':')) && plainWords.length > 0) {
    tell(call, said('infer', { name: first.split(':')[0] ?? '' }));
    return answer(call, said('argumentStyles'));
  }
  const many = first.includes(':') || isAddon(call, names[1]);
  if (many && names.length > 1) tell(call, said('manyAddons'));
  for (const word of many ? names : [first]) {
    const code = yield* one(call, word, many ? [] : names.slice(1));
    if (code !== 0) return code;
  }
  return 0;
}

function* one(call: Call, word: string, more: readonly string[]): Steps {
  const [full = '', ...rest] = word.split(':');
  const name = full.replace(/^core\//, '');
  const addon = addonNamed(call, name);
  if (addon === undefined) {
    if (full.includes('/')) return answer(call, said('addonNotFound', { name: full }));
    if (communityAddons.includes(name)) tell(call, said('communityFlavor'));
    return answer(call, said('addonUnknown', { name }));
  }
  if (!full.includes('/')) tell(call, said('infer', { name }));
  if (!call.look((machine, state, now) => apiAnswers(state, machine, now))) {
    yield 30_000;
    return refuse(
      call,
      "Traceback (most recent call last):\nsubprocess.CalledProcessError: Command 'microk8s-kubectl.wrapper get all' returned non-zero exit status 1.",
    );
  }
  yield 1_100;
  if (isOn(call, addon)) return answer(call, said('alreadyEnabled', { name }));
  const words = rest.length > 0 ? rest : more;
  const argument = rest.length > 0 ? rest.join(':') : more[0];
  if (name === 'metallb') return yield* metallb(call, addon, argument);
  if (name === 'dns') return yield* dns(call, words);
  if (name === 'rbac') return yield* rbac(call, addon);
  const service = call.look(({ snaps }) => serviceIn(snaps['microk8s']?.channel ?? '', name));
  if (service !== undefined) return yield* clusterService(call, addon, service);
  const wrong = wrongArgument(addon, argument);
  if (wrong !== undefined) return answer(call, said('ingressArgument', { name: wrong }));
  return yield* install(call, addon);
}

function addonNamed(call: Call, name: string): Addon | undefined {
  return call.look((machine) => addonsOn(machine)).find((candidate) => candidate.name === name);
}

function isAddon(call: Call, name: string | undefined): boolean {
  return name !== undefined && addonNamed(call, name) !== undefined;
}

function isOn(call: Call, addon: Addon): boolean {
  return call.look((machine, state) => {
    const cluster = clusterOf(state, machine);
    return cluster !== undefined && isEnabled(addon, cluster, machine);
  });
}

function apply(call: Call, addon: Addon): void {
  call.change((machine, state, now) => {
    const cluster = clusterOf(state, machine);
    if (cluster !== undefined) for (const object of addon.objects) put(cluster, object, now);
  });
}

/** The kubelets of all nodes get the name server; one that is not reached ends it half-way, with everything applied. */
function* dns(call: Call, [, address]: readonly string[]): Steps {
  const addon = call.look((machine) => addonsOn(machine, address)).find(({ name }) => name === 'dns');
  const served = addon?.objects.find(({ kind }) => kind === 'Service');
  if (addon === undefined || served === undefined) return 1;
  const wanted = { '--cluster-domain': 'cluster.local', '--cluster-dns': readService(served).clusterIP ?? '' };
  const code = yield* install(call, { ...addon, lines: addon.lines.slice(0, -1) });
  if (code !== 0) return code;
  const before = call.look((machine) => argumentLines(machine, 'kubelet'));
  const unreached = tellNodes(call, 'kubelet', wanted);
  if (unreached !== undefined) return notReached(call, unreached);
  if (!Object.entries(wanted).every(([name, value]) => before.includes(`${name}=${value}`))) {
    say(call, 'Restarting kubelet');
    call.change((machine, _, now) => restartServices(machine, now));
  }
  return say(call, 'DNS is enabled');
}

/** Whether the API server of this node is restarted depends on its arguments alone, which an earlier try has changed. */
function* rbac(call: Call, addon: Addon): Steps {
  say(call, 'Enabling RBAC\nReconfiguring apiserver');
  yield 4_600;
  const before = call.look((machine) => argumentOf(machine, 'kube-apiserver', '--authorization-mode'));
  const unreached = tellNodes(call, 'kube-apiserver', { '--authorization-mode': 'RBAC,Node' });
  if (unreached !== undefined) return notReached(call, unreached);
  if (before !== 'RBAC,Node') {
    say(call, 'Restarting apiserver');
    call.change((machine, _, now) => restartServices(machine, now));
    yield 9_000;
  }
  apply(call, addon);
  return say(call, 'RBAC is enabled');
}

/** What it brings along first, then its own parts, then the arguments of services on every node. */
function* clusterService(call: Call, addon: Addon, service: ClusterService): Steps {
  const all = call.look((machine) => addonsOn(machine));
  for (const other of broughtBy(call, service, all)) {
    const code = yield* one(call, other.name, []);
    if (code !== 0) return code;
  }
  const own = withValues(call, addon, service);
  if (own === undefined) return 1;
  const code = yield* install(call, { ...own, lines: own.lines.slice(0, -1) });
  if (code !== 0) return code;
  const told = spreadBy(addon.name);
  const unreached = told && tellNodes(call, told.service, told.wanted);
  if (unreached !== undefined) return notReached(call, unreached);
  if (told !== undefined) call.change((machine, _, now) => restartServices(machine, now));
  return say(call, own.lines.at(-1)?.[0] ?? '');
}

/** Tells all nodes, name by name; gives the address of one that does not answer. A node that was never in a cluster speaks to itself alone. */
function tellNodes(call: Call, service: string, wanted: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(wanted)) {
    const unreached = call.change((own, state, now) => {
      const cluster = clusterOf(state, own);
      return cluster && spreadArguments({ state, cluster, own, now }, service, { [name]: value });
    });
    if (call.look((machine) => fileAt(machine, locks.member)) !== undefined)
      call.out(`Adding argument ${name} to nodes.\n`);
    if (unreached !== undefined) return unreached;
  }
  return undefined;
}

function notReached(call: Call, address: string): number {
  call.out('Failed to reach node.\n');
  return refuse(
    call,
    `HTTPSConnectionPool(host='${address}', port=${agentPort}): Max retries exceeded with url: /cluster/api/v1.0/configure (Caused by NewConnectionError("HTTPSConnection(host='${address}', port=${agentPort}): Failed to establish a new connection: [Errno 111] Connection refused"))`,
  );
}

function* install(call: Call, addon: Addon): Steps {
  const half = Math.floor(addon.lines.length / 2);
  for (const [index, [text, ms]] of addon.lines.entries()) {
    yield ms;
    if (index === half) apply(call, addon);
    call.out(`${text}\n`);
  }
  return 0;
}

/** The addon of nginx knows one argument; that of Traefik takes what it is given. */
function wrongArgument({ name, proof }: Addon, argument: string | undefined): string | undefined {
  const key = argument?.split('=')[0];
  return name === 'ingress' && proof.startsWith('pod/') && key !== 'default-ssl-certificate' ? key : undefined;
}

const range = /^\d+\.\d+\.\d+\.\d+(-\d+\.\d+\.\d+\.\d+|\/\d+)$/;

/** Its loops that wait for the controller and for the pool never end by themselves: section 1.8. */
function* metallb(call: Call, addon: Addon, argument: string | undefined): Steps {
  call.out('Enabling MetalLB\n');
  if (argument === undefined) return 1;
  const ranges = argument.split(',');
  const wrong = ranges.find((text) => !range.test(text));
  if (wrong !== undefined) return answer(call, said('notARange', { value: wrong }));
  call.out('Applying Metallb manifest\n');
  yield 2_500;
  apply(call, addon);
  for (const object of metallbObjects) call.out(`${object} created\n`);
  call.out('Waiting for Metallb controller to be ready.\n');
  while (!call.look((machine, state) => controllerReady(clusterOf(state, machine)))) yield lookAgainMs;
  call.out('deployment.apps/controller condition met\n');
  yield 1_500;
  call.change((machine, state, now) => {
    const cluster = clusterOf(state, machine);
    const add = (kind: string, name: string, spec: object) =>
      cluster && put(cluster, plain('metallb.io/v1beta1', kind, name, 'metallb-system', { spec }), now);
    add('IPAddressPool', 'default-addresspool', { addresses: ranges });
    add('L2Advertisement', 'default-advertise-all-pools', {});
  });
  call.out(
    'ipaddresspool.metallb.io/default-addresspool created\nl2advertisement.metallb.io/default-advertise-all-pools created\n',
  );
  return say(call, 'MetalLB is enabled');
}

const metallbObjects = [
  'customresourcedefinition.apiextensions.k8s.io/ipaddresspools.metallb.io',
  'namespace/metallb-system',
  'deployment.apps/controller',
  'daemonset.apps/speaker',
];

function controllerReady(cluster: Parameters<typeof list>[0] | undefined): boolean {
  if (cluster === undefined) return false;
  return list(cluster, 'Pod', 'metallb-system').some(
    (pod) => pod.metadata.name.startsWith('controller-') && isReady(pod),
  );
}

/** `microk8s disable ADDON`: what the addon brought goes. */
export function* disable(call: Call): Steps {
  const name = (call.words[0] ?? '').split(':')[0]?.replace(/^core\//, '') ?? '';
  const addon = addonNamed(call, name);
  if (addon === undefined) return answer(call, said('addonUnknown', { name }));
  tell(call, said('infer', { name }));
  if (!isOn(call, addon)) return answer(call, said('alreadyDisabled', { name }));
  for (const line of addon.disable.slice(0, -1)) {
    call.out(`${line}\n`);
    yield 3_000;
  }
  dismissClaims(call, addon);
  call.change((machine, state) => {
    const cluster = clusterOf(state, machine);
    if (cluster !== undefined) for (const object of addon.objects) remove(cluster, object);
  });
  return say(call, addon.disable.at(-1) ?? '');
}
