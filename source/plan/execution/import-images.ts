import * as z from 'zod';
import { imageReferences, microk8s } from '../../microk8s/microk8s.ts';
import type { LookContext, PlannedCommand, PlannedStep, StepContext } from '../step.ts';
import { look, runCommand } from './carry-out.ts';
import { command, minutes } from './define.ts';

/** An image and its archive on the node. */
export const imageToImport = z.object({ reference: z.string(), file: z.string() });
export type ImageToImport = z.output<typeof imageToImport>;

const nameOf = ({ reference }: ImageToImport): string => `import/${reference}`;

/** References that containerd has on a node; none where it does not answer. */
export async function imagesOn(context: LookContext, node: string): Promise<ReadonlySet<string>> {
  const { stdout } = await look(context, node, microk8s.images(), minutes(1));
  return imageReferences(stdout);
}

/** Those that containerd does not have on a node; all of them where it does not answer. */
export async function missingImages(
  context: LookContext,
  node: string,
  images: readonly ImageToImport[],
): Promise<ImageToImport[]> {
  const there = await imagesOn(context, node);
  return images.filter(({ reference }) => !there.has(reference));
}

/** One import for each image; those that are there are not imported again. */
export const importCommands = (node: string, images: readonly ImageToImport[]): PlannedCommand[] =>
  images.map((image) =>
    command(nameOf(image), node, microk8s.importImage(image.file), { when: 'containerd does not have it' }),
  );

/** Imports what is missing, once containerd answers: it starts some seconds after the snap is installed. */
export async function importImages(
  context: StepContext,
  step: PlannedStep,
  node: string,
  images: readonly ImageToImport[],
): Promise<void> {
  if (images.length === 0) return;
  await untilContainerd(context, node);
  const missing = await missingImages(context, node, images);
  for (const [place, image] of missing.entries()) {
    context.progress(image.reference, place / missing.length);
    await runCommand(context, step, nameOf(image), {
      run: { deadline: minutes(10), causes: ['the disk is full', 'the archive is for another architecture'] },
    });
  }
}

function untilContainerd(context: StepContext, node: string): Promise<void> {
  return context.until({
    for: 'containerd to answer',
    deadline: minutes(3),
    probe: async () => {
      const { code, stderr } = await look(context, node, microk8s.images(), minutes(1));
      return { ok: code === 0, observed: code === 0 ? 'it answers' : stderr.trim() || `exit code ${code}` };
    },
    causes: ['its service does not start'],
    next: [`sudo journalctl -u snap.microk8s.daemon-containerd on ${node}`],
  });
}
