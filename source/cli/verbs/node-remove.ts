import { settingsFrom } from '../../app/settings.ts';
import { changeNodes } from '../apply/change-nodes.ts';
import { globalFlags } from '../line/flags.ts';
import { processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'node remove',
  about:
    'Take a node out of the cluster, dead or running: its pods move, its volumes are recreated on other nodes, its pool and its membership are removed. Refused where the datastore would lose its quorum, or data its only copy. Updates site.yaml.',
  flags: globalFlags,
  operand: { name: 'NAME', about: 'The node.', required: true },
  run: async ({ args, operands: [name = ''] }) =>
    changeNodes(settingsFrom(args), processTerminal(), 'node remove', { edit: 'remove', name }),
});
