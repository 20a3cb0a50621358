import { listed } from '../../text/listed.ts';
import { type Check, pass, siteCheck, warn } from '../check.ts';

export const zones: Check = siteCheck(
  {
    id: 'zones',
    title: 'Failure domains',
    why: 'Three managers survive the loss of one. Two of them in one rack, on one host or on one power feed are lost together, and then nothing answers.',
    source: "The product's requirements: no shared power, networking or physical components",
  },
  ({ site }) => {
    const managers = site.nodes.filter(({ role }) => role === 'manager');
    if (managers.length < 3) return pass('one manager', 'Fewer than three managers have nothing to keep apart.');
    const marked = managers.filter(({ zone }) => zone !== undefined);
    if (marked.length < managers.length) {
      const names = managers.filter(({ zone }) => zone === undefined).map(({ name }) => name);
      return {
        ...warn('not stated', `It is not stated what ${listed(names)} may be lost together with.`, {
          advice: 'Give each manager its zone: rack, power feed or virtualization host',
          field: ['nodes', site.nodes.findIndex(({ name }) => name === names[0]), 'zone'],
        }),
        nodes: names,
      };
    }
    const spare = managers.length - (Math.floor(managers.length / 2) + 1);
    const crowded = [...Map.groupBy(marked, ({ zone }) => zone ?? '')].filter(([, nodes]) => nodes.length > spare);
    if (crowded.length === 0) return pass('kept apart', 'No failure domain holds more managers than may be lost.');
    return crowded.map(([zone, nodes]) => {
      const names = nodes.map(({ name }) => name);
      return {
        ...warn(
          zone,
          `${listed(names)} share ${zone}: losing it loses ${names.length} of ${managers.length} managers.`,
          {
            advice: 'Put one of them elsewhere, or let another node be manager',
            field: ['nodes'],
          },
        ),
        nodes: names,
      };
    });
  },
);
