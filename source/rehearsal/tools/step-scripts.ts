import { createHash } from 'node:crypto';
import * as z from 'zod';
import { bootMarker, domainMarker, packagesMarker } from '../../host/node-state.ts';
import { microk8sFiles } from '../../microk8s/node.ts';
import { announcer } from '../cluster/controllers/load-balancer.ts';
import { apiAnswers, ownMemberFile } from '../cluster/membership.ts';
import { restartServices } from '../cluster/spread-arguments.ts';
import type { Machine } from '../model/machine.ts';
import { at, type State } from '../model/state.ts';
import { addCertificateNames, apiCertificateNames } from '../node/api-certificate.ts';
import { argumentOf, runningArgument, setArguments } from '../node/arguments.ts';
import { fileAt, readPath, removePath, writePath } from '../node/file-system.ts';
import { listenersOf } from '../node/listeners.ts';
import { reachable } from '../node/reach.ts';
import { tokenFile } from '../node/services.ts';
import { networkOf } from './addresses.ts';
import { type Call, type Program, refuse, type Steps, say } from './call.ts';
import { hostKeyScripts } from './host-keys.ts';
import { certificateEnd, certificateNames } from './microk8s/certificates.ts';
import { startJoin } from './microk8s/join-unit.ts';
import { upgradable } from './packages.ts';
import { renderChart } from './render-chart.ts';

/** `packages-state PACKAGE…`: age of the last update, packages to upgrade, those installed, iscsid. */
function packagesState(call: Call): number {
  return call.look((machine, _state, now) => {
    const touched = fileAt(machine, packagesMarker) === undefined ? undefined : machine.touched[packagesMarker];
    const unit = machine.units['iscsid.service'];
    const lines = [
      `lists-age ${touched === undefined ? 'never' : Math.round((now - touched) / 1000)}`,
      `upgradable ${upgradable(machine).length}`,
      ...call.words.filter((name) => machine.packages.installed[name] !== undefined).map((name) => `installed ${name}`),
      `iscsid ${unit?.enabled ?? 'absent'} ${unit?.active === true ? 'active' : 'inactive'}`,
    ];
    return say(call, lines.join('\n'));
  });
}

/** `boot-state`: boot id, reboot wanted, and whether it has booted since the last update. */
function bootState(call: Call): number {
  return call.look((machine, _state, now) => {
    const before = fileAt(machine, bootMarker)?.content.trim();
    const newer = (machine.touched[bootMarker] ?? 0) >= (machine.touched[packagesMarker] ?? 0);
    const own = readPath(machine, '/proc/sys/kernel/random/boot_id', now)?.trim();
    const since = before === undefined ? 'never' : before !== own && newer ? 'yes' : 'no';
    const wanted = fileAt(machine, '/run/reboot-required') === undefined ? 'no' : 'yes';
    return say(call, `boot-id ${own}\nreboot-required ${wanted}\nbooted-since-update ${since}`);
  });
}

/** `tcp-probe ADDRESS PORT…` */
function* tcpProbe(call: Call): Steps {
  const [address = '', ...ports] = call.words;
  const answering = call.look((machine, state, now) => {
    const other = reachable(state, machine, address);
    return other === undefined ? undefined : listenersOf(other, now).map(({ port }) => port);
  });
  yield answering === undefined ? 3_000 : 60;
  for (const port of ports) call.out(`${answering?.includes(Number(port)) === true ? 'open' : 'closed'} ${port}\n`);
  return 0;
}

/** `address-in-use ADDRESS…`: who answers by ARP, seen from this machine. */
function* addressInUse(call: Call): Steps {
  yield 1_600;
  for (const address of call.words) {
    call.look((machine, state, now) => call.out(`${address} ${arpAnswer(machine, state, address, now)}\n`));
  }
  return 0;
}

const pairTask = z.object({
  mtu: z.number(),
  peers: z.array(z.object({ name: z.string(), address: z.string(), ports: z.array(z.string()) })),
});

/** `all-pairs TASK`: a machine that is on answers on every port, its own listeners and those of the probe. */
function* allPairs(call: Call): Steps {
  const task = pairTask.parse(JSON.parse(call.words[0] ?? ''));
  yield 1_100;
  const peers = call.look((machine, state) =>
    task.peers.map(({ name, address, ports }) => {
      const there = reachable(state, machine, address) !== undefined;
      const heard = there ? { latencyMs: 0.2, clockMs: 0, clockUncertaintyMs: 0.1, mtu: task.mtu } : {};
      return { to: name, ports: Object.fromEntries(ports.map((port) => [port, there ? 'open' : 'silent'])), ...heard };
    }),
  );
  return say(call, JSON.stringify({ busy: [], peers }));
}

const reachTask = z.object({ names: z.array(z.string()), urls: z.array(z.string()) });

/** `reach TASK`: the name server knows the name of the scenario's site, and every server answers. */
function* reach(call: Call): Steps {
  const { names, urls } = reachTask.parse(JSON.parse(call.words[0] ?? ''));
  yield 1_300;
  const zone = call.look((_machine, state) => state.names);
  const known = names.map((name) => [
    name,
    zone[name] === undefined ? { problem: 'Name or service not known' } : { addresses: [zone[name]] },
  ]);
  return say(
    call,
    JSON.stringify({
      names: Object.fromEntries(known),
      wildcards: [],
      urls: Object.fromEntries(urls.map((url) => [url, { status: 200 }])),
      store: 'pass',
      writeMs: 1.4,
    }),
  );
}

function arpAnswer(machine: Machine, state: State, address: string, now: number): string {
  const own = machine.network.interfaces.find((port) => port.addresses.some((one) => one.address === address));
  if (own !== undefined) return `own ${own.name}`;
  const near = machine.network.interfaces.some((port) =>
    port.addresses.some((one) => networkOf(one.address, one.prefix) === networkOf(address, one.prefix)),
  );
  if (!near) return 'unknown no interface in its subnet';
  const holder = reachable(state, machine, address) ?? announcer(state, address, now);
  return holder === undefined ? 'free' : `taken ${holder.network.interfaces[0]?.mac ?? '00:00:5e:00:00:01'}`;
}

/** `node-lock VERB PATH RUN REPLACED`: as the script does it, in one step of the model. The second line counts the model's seconds. */
function nodeLock(call: Call): number {
  const [verb = '', path = '', run = '', replaced = ''] = call.words;
  return call.change((machine, _state, now) => {
    const [held = '', since = ''] = (fileAt(machine, path)?.content ?? '').split('\n');
    const field = (name: string) => new RegExp(`"${name}":"([^"]*)"`).exec(held)?.[1] ?? '';
    const mine = field('run') === '' || field('run') === run || (replaced !== '' && field('token') === replaced);
    if (!mine) {
      const seconds = Math.round(now / 1000);
      return say(call, `held ${Math.max(0, seconds - Number(since.split(' ')[1] ?? seconds))}\n${held}`);
    }
    if (verb === 'release') removePath(machine, path);
    else writePath(machine, path, `${call.stdin.trimEnd()}\n${machine.bootId} ${Math.round(now / 1000)}\n`);
    return say(call, 'yours');
  });
}

/** `forget-tokens`: removes the tokens whose SHA-256 comes on standard input from the agent's list. */
function forgetTokens(call: Call): number {
  const gone = call.stdin.split('\n');
  const digest = (line: string) =>
    createHash('sha256')
      .update(line.split('|')[0] ?? '')
      .digest('hex');
  return call.change((machine) => {
    const lines = (fileAt(machine, tokenFile)?.content ?? '').split('\n').filter((line) => line !== '');
    const kept = lines.filter((line) => !gone.includes(digest(line)));
    if (kept.length < lines.length) writePath(machine, tokenFile, kept.map((line) => `${line}\n`).join(''));
    return 0;
  });
}

/** ms from the restart of the datastore until the services of its node answer. */
const datastoreMs = 8_000;

/** `set-arguments [DOMAIN]`, the kubelet's arguments on standard input: as the script does it, restarts only where something changes. */
function* setNodeArguments(call: Call): Steps {
  yield 400;
  const [domain = ''] = call.words;
  const lines = call.stdin.split('\n').filter((line) => line !== '');
  const wanted = Object.fromEntries(lines.map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')]));
  return call.change((machine, state, now) => {
    if (setArguments(machine, 'kubelet', wanted)) restartServices(machine, now);
    const id = /^ID: (.*)$/m.exec(ownMemberFile(state, machine) ?? '')?.[1] ?? '';
    if (domain === '' || fileAt(machine, domainMarker)?.content === `${domain} ${id}\n`) return 0;
    setArguments(machine, 'ha-conf', { 'failure-domain': domain });
    writePath(machine, microk8sFiles.failureDomain, `${domain}\n`);
    writePath(machine, domainMarker, `${domain} ${id}\n`);
    if (machine.microk8s !== undefined)
      machine.microk8s.upSince = Math.max(machine.microk8s.upSince, now + datastoreMs);
    return 0;
  });
}

/** `certificate-dates`: those that MicroK8s makes on a manager; a worker has two of them. */
function certificateDates(call: Call): number {
  return call.look((machine) => {
    const { microk8s } = machine;
    if (microk8s === undefined) return 0;
    const names = microk8s.worker ? (['ca', 'kubelet'] as const) : certificateNames;
    const dates = names.map((name) => `${name} notAfter=${opensslDate(certificateEnd(machine, name))}`);
    return say(call, dates.join('\n'));
  });
}

/** `certificate-names`: as `openssl x509 -ext subjectAltName` prints them. */
function certificateNamesShown(call: Call): number {
  const names = call.look(apiCertificateNames);
  if (names === undefined) return refuse(call, 'Could not open file or uri for loading certificate from server.crt');
  const shown = names.map((name) => `${/^[\d.]+$/.test(name) ? 'IP Address' : 'DNS'}:${name}`);
  return say(call, `X509v3 Subject Alternative Name: \n    ${shown.join(', ')}`);
}

/** `authorization`: what the API server's arguments say, and whether it lets a user in to whom no right was given. */
function authorizationShown(call: Call): number {
  return call.look((machine, state, now) => {
    const { microk8s } = machine;
    if (microk8s === undefined || microk8s.worker) return 0;
    const mode = '--authorization-mode';
    const asks = /RBAC/.test(runningArgument(machine, 'kube-apiserver', mode) ?? '');
    const answer = apiAnswers(state, machine, now) ? (asks ? 'no' : 'yes') : '';
    return say(call, `told ${argumentOf(machine, 'kube-apiserver', mode) ?? ''}\nopen ${answer}`);
  });
}

/** As OpenSSL prints it: `Nov 26 12:00:00 2027 GMT`. */
function opensslDate(ms: number): string {
  const [, day = '', month = '', year = '', time = ''] = new Date(ms).toUTCString().split(/ /);
  return `${month} ${day} ${time} ${year} GMT`;
}

/** `addons-current`: whether the node's copies of the addons are those of its snap. */
const addonsCurrent = (call: Call): number =>
  say(
    call,
    call.look(({ snaps }) => (snaps['microk8s']?.addons === undefined ? 'current' : 'old')),
  );

/** `drill-cut SECONDS`: every interface goes down in 2 s; a timer of the machine brings them up again. */
function drillCut(call: Call): number {
  const [seconds = '0'] = call.words;
  return call.change((machine, state, now) => {
    at(state, now + 2_000, {
      kind: 'timer',
      machine: machine.id,
      unit: 'kloudspot-drill-cut',
      command: ['ip', 'link', 'down'],
    });
    const restore = ['ip', 'link', 'up'];
    at(state, now + Number(seconds) * 1_000, {
      kind: 'timer',
      machine: machine.id,
      unit: 'kloudspot-drill',
      command: restore,
    });
    return 0;
  });
}

export const stepScripts: Readonly<Record<string, Program>> = {
  'update-package-lists': (call) => call.exec(['apt-get', 'update']),
  'complete-dpkg': (call) => call.exec(['dpkg', '--configure', '-a']),
  'forget-tokens': forgetTokens,
  'set-arguments': setNodeArguments,
  ...hostKeyScripts,
  'start-join': startJoin,
  'node-lock': nodeLock,
  'packages-state': packagesState,
  'boot-state': bootState,
  'certificate-dates': certificateDates,
  'certificate-names': certificateNamesShown,
  authorization: authorizationShown,
  'add-certificate-names': (call) =>
    call.change((machine) => {
      addCertificateNames(machine, call.words);
      return 0;
    }),
  'addons-current': addonsCurrent,
  'drill-cut': drillCut,
  'tcp-probe': tcpProbe,
  'address-in-use': addressInUse,
  'all-pairs': allPairs,
  'render-chart': renderChart,
  reach,
};
