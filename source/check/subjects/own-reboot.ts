import { kloudspot } from '../../text/command.ts';
import { type Check, factsOf, pass, siteCheck, warn } from '../check.ts';

export const ownReboot: Check = siteCheck(
  {
    id: 'own-reboot',
    title: 'Restart of this machine',
    why: 'When kloudspot runs on one of the nodes and that node restarts, the run continues by itself. Passwords live in memory only: they are gone then, and the run waits until someone gives them again.',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html',
  },
  (input) => {
    const { site, evidence } = input;
    const local = site.nodes.find((node) => node.local);
    if (!local) return pass('not run on a node', 'kloudspot does not run on one of the nodes.');
    if (site.system.reboot === 'never') return pass('no reboot', 'No node is restarted.');
    const asking = site.nodes
      .filter((node) => factsOf(input, node)?.access.sudo === 'password')
      .map(({ name }) => name);
    if (asking.length === 0 && !evidence?.passwordsInMemory)
      return pass('no passwords', 'The run continues by itself.');
    const whose = asking.length > 0 ? `sudo on ${asking.join(', ')} asks for a password` : 'passwords were given';
    return {
      ...warn(
        'passwords',
        `${local.name} is the machine that kloudspot runs on and may restart, and ${whose}: afterwards the run waits for them.`,
        {
          advice: `Log in again after the restart and type ${kloudspot('resume')}, or let sudo ask nothing (NOPASSWD)`,
          field: ['system', 'reboot'],
        },
      ),
      nodes: [local.name],
    };
  },
);
