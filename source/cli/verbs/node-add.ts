import { settingsFrom } from '../../app/settings.ts';
import { changeNodes, nodeFlags } from '../apply/change-nodes.ts';
import { globalFlags } from '../line/flags.ts';
import { processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'node add',
  about:
    'Add a machine to the cluster: check, prepare and join it and make its storage. Shared volumes with too few copies get one there. Updates site.yaml; other nodes are not changed.',
  flags: { ...globalFlags, ...nodeFlags },
  operand: { name: 'NAME', about: 'The name that the node gets.', required: true },
  run: async ({ args, operands: [name = ''] }) => {
    const { reach, role, zone, address } = args;
    const edit = { edit: 'add', node: { name, reach, role, zone, address } } as const;
    return changeNodes(settingsFrom(args), processTerminal(), 'node add', edit);
  },
});
