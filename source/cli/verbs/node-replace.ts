import { settingsFrom } from '../../app/settings.ts';
import { changeNodes, nodeFlags } from '../apply/change-nodes.ts';
import { globalFlags } from '../line/flags.ts';
import { processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'node replace',
  about:
    'Replace a node, dead or running, with another machine. A dead node is removed first; a running one leaves last, once the new one has its data. Without --with the machine keeps its name: it was reinstalled. Updates site.yaml.',
  flags: {
    ...globalFlags,
    with: { type: 'string', value: 'NAME', about: 'Name of the new node. Default: the same, its machine is empty.' },
    ...nodeFlags,
  },
  operand: { name: 'NAME', about: 'The node that goes.', required: true },
  run: async ({ args, operands: [name = ''] }) => {
    const { reach, role, zone, address } = args;
    const node = { name: args.with ?? name, reach, role, zone, address };
    return changeNodes(settingsFrom(args), processTerminal(), 'node replace', { edit: 'replace', name, node });
  },
});
