import { shapeOf } from '../../product/shape.ts';
import { toleranceWords } from '../../product/tolerance.ts';
import { type Check, fail, pass, siteCheck } from '../check.ts';

export const topology: Check = siteCheck(
  {
    id: 'topology',
    title: 'Number of nodes',
    why: 'The datastore needs a majority of managers: three survive the loss of one, two survive none. The product allows the shapes that its vendor supports.',
    source: "The product's topologies; https://microk8s.io/docs/high-availability",
  },
  ({ site, product }) => {
    const managers = site.nodes.filter(({ role }) => role === 'manager').length;
    const workers = site.nodes.length - managers;
    const seen = `${managers} manager${managers === 1 ? '' : 's'}, ${workers} worker${workers === 1 ? '' : 's'}`;
    const shape = shapeOf(product, site.nodes);
    if (shape) {
      const only = shape.controlOnly ? ' The managers only control: parts and volumes are on the workers.' : '';
      const fixed = product.nodes.sizesFixed ? ' The size of the machines cannot be changed later.' : '';
      return pass(seen, `${shape.label}.${only} ${toleranceWords(product, site.features, site.nodes)}${fixed}`);
    }
    const labels = product.topologies.map(({ label }) => label);
    const wanted = labels.join(' · ');
    return fail(seen, `${product.name} does not run on ${seen}; it runs on: ${labels.join(', ')}.`, {
      wanted,
      advice: 'Change roles, or add or take away nodes',
      field: ['nodes'],
    });
  },
);
