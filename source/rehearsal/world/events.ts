import type { Product } from '../../product/schema.ts';
import { becomeMember } from '../cluster/settle-roles.ts';
import { endSnapChange } from '../cluster/snap-change.ts';
import { machineOf, machineSeen, type State, type WorldEvent } from '../model/state.ts';
import { endCertificates } from '../node/certificates.ts';
import { fillGroup, loseDisk } from '../node/lost-disk.ts';
import { boot, powerOff, powerOn } from '../node/power.ts';
import { advanceJoin } from '../tools/microk8s/join-unit.ts';
import { programs } from '../tools/programs.ts';
import { runAtOnce } from '../tools/start.ts';

/** One event of the agenda takes place. `state.time` is its time. */
export function handleEvent(state: State, event: WorldEvent, product: Product | undefined): void {
  const machine = machineOf(state, event.machine);
  switch (event.kind) {
    case 'up':
      boot(state, machine);
      break;
    case 'power-off':
      powerOff(state, machine);
      break;
    case 'power-on':
      powerOn(state, machine);
      break;
    case 'disk-lost':
      loseDisk(state, machine, event.disk);
      break;
    case 'group-filled':
      fillGroup(machine, event.group, event.leavesBytes);
      break;
    case 'certificates-ended':
      endCertificates(machine, event.days, state.time);
      break;
    case 'timer':
      if (machine.power === 'on') inBackground(state, event.machine, event.command, product);
      break;
    case 'command':
      if (machine.power === 'on' && machine.bootId === event.bootId)
        inBackground(state, event.machine, event.command, product);
      break;
    case 'join':
      advanceJoin(state, machine, event.joining);
      break;
    case 'snap':
      endSnapChange(state, machine, event.change);
      break;
    case 'member':
      becomeMember(state, machine, event.cluster, event.address);
      break;
  }
}

/** A unit that systemd starts by itself: as root, its output dropped. */
function inBackground(state: State, machine: string, command: readonly string[], product: Product | undefined): void {
  const ignored = () => undefined;
  runAtOnce(
    programs,
    {
      stdin: '',
      root: true,
      product,
      out: ignored,
      err: ignored,
      look: (see) => see(machineSeen(state, machine), state, state.time),
      change: (act) => act(machineOf(state, machine), state, state.time),
    },
    command,
  );
}
