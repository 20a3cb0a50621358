import { settingsFrom } from '../../app/settings.ts';
import type { OpenedSite } from '../../app/site.ts';
import { Fault } from '../../errors/fault.ts';
import { typedSize } from '../../storage/typed-size.ts';
import { productVolumes } from '../../storage/volumes.ts';
import { kloudspot } from '../../text/command.ts';
import { didYouMean } from '../../text/nearest.ts';
import { updateProduct } from '../apply/update-product.ts';
import { globalFlags } from '../line/flags.ts';
import { processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'storage grow',
  about:
    'Make a volume of the running product larger: SIZE GB for each of its claims. The pool below grows first if it must. Nothing is made smaller, and no data moves. Updates site.yaml.',
  flags: globalFlags,
  operand: {
    name: 'VOLUME SIZE',
    about: "The volume's id, such as kafka, and its new size in GB.",
    words: 2,
    required: true,
  },
  run: async ({ args, operands }) => {
    const set = (opened: OpenedSite) => wishOf(opened, operands);
    return updateProduct(settingsFrom(args), processTerminal(), { newest: false, set, onlyGrows: operands[0] });
  },
});

/** The change of the site. Throws `Fault` for a volume that is not there, and for a size that is not larger. */
function wishOf(
  { site, product }: Pick<OpenedSite, 'site' | 'product'>,
  [id, typed]: readonly string[],
): readonly string[] {
  const volumes = productVolumes(site, product);
  const list = volumes.map((each) => `${each.id} (${each.label}, ${each.gib} GB)`);
  if (id === undefined || typed === undefined)
    throw new Fault({
      what: id === undefined ? 'The volume and its new size are missing.' : `The new size of ${id} is missing.`,
      next: [`Write for example ${kloudspot('storage grow kafka 10')}`, `Volumes: ${list.join(', ')}`],
    });
  const volume = volumes.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (!volume)
    throw new Fault({
      what: `The features of ${site.name} have no volume ${id}.`,
      next: [
        ...didYouMean(
          id,
          volumes.map((each) => each.id),
        ),
        `Volumes: ${list.join(', ')}`,
      ],
    });
  const size = typedSize(typed.replace(/^(\d+)\s*(g|gb|gi|gib)$/i, '$1'));
  if ('problem' in size) throw new Fault({ what: size.problem, where: `storage grow ${id} ${typed}` });
  return [`storage.volumes.${volume.id}=${size.gib}`];
}
