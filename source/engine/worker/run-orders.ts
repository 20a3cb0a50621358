import type { Execution } from '../execution/execute.ts';
import type { RunOrder } from '../journal/event.ts';
import type { OrderAnswer } from '../journal/event-schema.ts';

/** The orders of a run from its first moment on. */
export interface RunOrders {
  /** Before anything is carried out only an order to stop is taken: it is kept. */
  take(order: RunOrder): OrderAnswer;
  /** From now on orders go to this execution, the kept ones first. */
  handTo(execution: Pick<Execution, 'take'>): void;
}

export function runOrders(): RunOrders {
  const stops: RunOrder[] = [];
  let execution: Pick<Execution, 'take'> | undefined;
  return {
    take: (order) => {
      const ends = order.order === 'stop' || order.order === 'stop-now';
      if (ends) stops.push(order);
      if (execution !== undefined) return execution.take(order);
      return ends ? { taken: true } : { taken: false, why: 'The run has not begun its first step yet.' };
    },
    handTo: (begun) => {
      execution = begun;
      for (const order of stops) begun.take(order);
    },
  };
}
