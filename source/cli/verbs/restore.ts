import { chosenBackup, refuseOtherNodes, siteOfBackup } from '../../app/restore-choice.ts';
import { siteToChange } from '../../app/settings.ts';
import { localBackups } from '../../workstation/backups.ts';
import { lookAtLivingCluster, runUpkeep } from '../apply/upkeep-verb.ts';
import { confirmedByName } from '../line/confirm.ts';
import { confirmDataLoss, globalFlags } from '../line/flags.ts';
import { withNodes } from '../line/site-verb.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'restore',
  about:
    'Restore the datastore of a backup into the running cluster, and its site.yaml. The present state is backed up first. Nodes and the data of volumes are not part of it; changes since the backup may be lost.',
  flags: { ...globalFlags, 'confirm-data-loss': confirmDataLoss },
  operand: { name: 'BACKUP', about: 'Its name, or the end of it. Default: the newest whole one on this machine.' },
  run: ({ args, operand }) =>
    withNodes(args, async (verb) => {
      const { opened, settings, terminal } = verb;
      const file = siteToChange(settings);
      const backup = chosenBackup(await localBackups(settings.files), operand);
      const seen = await lookAtLivingCluster(verb);
      const site = await siteOfBackup(backup);
      refuseOtherNodes(backup.id, site, seen.cluster);
      const words = ['restore', backup.id].join(' ');
      await confirmedByName(opened.site.name, words, args['confirm-data-loss'], settings, terminal);
      const wish = { purpose: 'restore', verb: words, upkeep: { backup: backup.id } } as const;
      const asked = { ...verb, settings: { ...settings, yes: true } };
      return await runUpkeep(asked, seen, wish, [{ path: file, content: site.text, mode: 0o644 }]);
    }),
});
