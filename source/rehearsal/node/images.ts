import { wholeReference } from '../../bundle/references.ts';
import type { Machine } from '../model/machine.ts';
import { fileAt, writePath } from './file-system.ts';

/** ms to pull an image, or those of one pod, that are not on the node yet. */
export const pullMs = [7_000, 17_000] as const;

const imageFile = '/var/snap/microk8s/common/images';

/** Whole references of the images that containerd has on a machine. */
export const imagesOn = (machine: Machine): string[] =>
  (fileAt(machine, imageFile)?.content ?? '').split('\n').filter((line) => line !== '');

export const hasImage = (machine: Machine, image: string): boolean => imagesOn(machine).includes(wholeReference(image));

export function rememberImage(machine: Machine, image: string): void {
  if (!hasImage(machine, image))
    writePath(machine, imageFile, `${fileAt(machine, imageFile)?.content ?? ''}${wholeReference(image)}\n`);
}
