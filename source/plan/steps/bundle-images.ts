import * as z from 'zod';
import { minutes, plannedStep } from '../execution/define.ts';
import { imageToImport, importCommands, importImages, missingImages } from '../execution/import-images.ts';
import type { PlannedStep, StepKind } from '../step.ts';

const parameters = z.object({ node: z.string(), images: z.array(imageToImport) });
type Parameters = z.output<typeof parameters>;

/** The images of a bundle in a node's containerd. A removal of MicroK8s removes them. */
export const bundleImages: StepKind<typeof parameters> = {
  kind: 'bundle-images',
  parameters,
  async state(context, { node, images }) {
    const missing = await missingImages(context, node, images);
    const observed = missing.length === 0 ? 'all are there' : `${missing.length} of ${images.length} are not there`;
    return { ok: missing.length === 0, observed };
  },
  act: (context, { node, images }, step) => importImages(context, step, node, images),
};

export function planBundleImages(p: Parameters): PlannedStep {
  return plannedStep(bundleImages, {
    node: p.node,
    group: 'Import images',
    title: `Import ${p.images.length} images`,
    why: 'A pod may start on any node, also after a failure, and no registry is reached then.',
    deadline: minutes(5 + 3 * p.images.length),
    parameters: p,
    commands: importCommands(p.node, p.images),
  });
}
