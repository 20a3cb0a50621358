import { createHash } from 'node:crypto';
import { bootMarker, domainMarker, packagesMarker } from '../../host/node-state.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { keptFolder, microk8sFiles } from '../../microk8s/node.ts';
import { apiAnswers, ownMemberFile } from '../cluster/membership.ts';
import { handOverRole } from '../cluster/settle-roles.ts';
import { restartServices } from '../cluster/spread-arguments.ts';
import { at } from '../model/state.ts';
import { argumentOf, runningArgument, setArguments } from '../node/arguments.ts';
import { fileAt, readPath, removePath, writePath } from '../node/file-system.ts';
import { detach } from '../node/mounts.ts';
import { tokenFile } from '../node/services.ts';
import { apiServerScripts } from './api-server-scripts.ts';
import { missingParts, receivePart } from './bundle-scripts.ts';
import { type Call, type Program, type Steps, say } from './call.ts';
import { certificateScripts } from './certificate-scripts.ts';
import { hostKeyScripts } from './host-keys.ts';
import { kernelScripts } from './kernel.ts';
import { startJoin } from './microk8s/join-unit.ts';
import { networkScripts } from './network-scripts.ts';
import { filterScripts } from './nft.ts';
import { installFromFolder, upgradable } from './packages.ts';
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
    handOverRole(state, machine);
    if (machine.microk8s !== undefined)
      machine.microk8s.upSince = Math.max(machine.microk8s.upSince, now + datastoreMs);
    return 0;
  });
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
  'when-unlocked': (call) => call.exec([...call.words]),
  'receive-part': receivePart,
  'missing-parts': missingParts,
  'install-from-folder': installFromFolder,
  'pull-image': (call) => call.exec(microk8s.pullImage(call.words[0] ?? '')),
  'forget-tokens': forgetTokens,
  'detach-mounts': (call) =>
    call.change((machine) => {
      detach(machine, keptFolder);
      return 0;
    }),
  'set-arguments': setNodeArguments,
  ...hostKeyScripts,
  ...kernelScripts,
  ...filterScripts,
  ...networkScripts,
  ...certificateScripts,
  'start-join': startJoin,
  'node-lock': nodeLock,
  'packages-state': packagesState,
  'boot-state': bootState,
  authorization: authorizationShown,
  ...apiServerScripts,
  'addons-current': addonsCurrent,
  'drill-cut': drillCut,
  'render-chart': renderChart,
};
