import { settingsFrom } from '../../app/settings.ts';
import { changeNodes, nodeFlags } from '../apply/change-nodes.ts';
import { globalFlags } from '../line/flags.ts';
import { processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'node add',
  about:
    'Add a machine to the cluster: it is checked, prepared and joined, gets its storage, and shared volumes get a copy on it where they have too few. It is written to site.yaml; other nodes are left as they are.',
  flags: { ...globalFlags, ...nodeFlags },
  operand: { name: 'NAME', about: 'The name that the node gets.', required: true },
  run: async ({ args, operands: [name = ''] }) => {
    const { reach, role, zone, address } = args;
    const edit = { edit: 'add', node: { name, reach, role, zone, address } } as const;
    return changeNodes(settingsFrom(args), processTerminal(), 'node add', edit);
  },
});
