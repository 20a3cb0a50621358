import { kloudspot } from '../../text/command.ts';
import { type Check, factsOf, pass, siteCheck, warn } from '../check.ts';

export const seatReboot: Check = siteCheck(
  {
    id: 'seat-reboot',
    title: 'Run goes on after a reboot',
    why: 'When the seat is one of the nodes and restarts, the run restarts with it by itself. Passwords live in memory only: they are gone then, and the run waits until somebody gives them again.',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html',
  },
  (input) => {
    const { site, evidence } = input;
    const seat = site.nodes.find((node) => node.seat);
    if (!seat) return pass('seat is no node', 'The seat is not restarted.');
    if (site.system.reboot === 'never') return pass('no reboot', 'No node is restarted.');
    const asking = site.nodes
      .filter((node) => factsOf(input, node)?.access.sudo === 'password')
      .map(({ name }) => name);
    if (asking.length === 0 && !evidence?.passwordsInMemory) return pass('no passwords', 'The run goes on by itself.');
    const whose = asking.length > 0 ? `sudo on ${asking.join(', ')} asks for a password` : 'passwords were given';
    return {
      ...warn(
        'passwords',
        `${seat.name} is the seat and may restart, and ${whose}: afterwards the run waits for them.`,
        {
          advice: `Log in again after the restart and type ${kloudspot('resume')}, or let sudo ask nothing (NOPASSWD)`,
          field: ['system', 'reboot'],
        },
      ),
      nodes: [seat.name],
    };
  },
);
