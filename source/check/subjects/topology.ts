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
    const shape = product.topologies.find(
      (each) =>
        each.managers === managers &&
        workers >= each.minWorkers &&
        (each.maxWorkers === null || workers <= each.maxWorkers),
    );
    if (shape) return pass(seen, `${shape.label}.`);
    const wanted = product.topologies.map(({ label }) => label).join(' · ');
    return fail(seen, `${product.name} does not run on ${seen}.`, {
      wanted,
      advice: 'Change roles, or add or take away nodes',
      field: ['nodes'],
    });
  },
);
