import type { Questions } from '../../source/cli/line/questions.ts';
import { type EstimateRequest, runEstimate } from '../../source/cli/sizing/run-estimate.ts';
import { wishFor } from '../../source/cli/sizing/subject.ts';
import type { NodeFacts } from '../../source/facts/facts.ts';
import { loadProduct } from '../../source/product/load.ts';
import { healthyNode } from '../facts-fixtures.ts';

export const product = await loadProduct('kloudspot');

/** Answers as they are typed, in order; what a question refuses is typed, heard and typed again. */
export function typing(
  ...answers: readonly (string | boolean)[]
): Questions & { readonly asked: string[]; readonly refused: string[] } {
  const left = [...answers];
  const asked: string[] = [];
  const refused: string[] = [];
  return {
    asked,
    refused,
    confirm: async ({ message, default: fallback }) => {
      asked.push(message.trim());
      const answer = left.shift() ?? fallback;
      if (typeof answer !== 'boolean') throw new Error(`${message} wants yes or no`);
      return answer;
    },
    input: async ({ message, default: fallback = '', validate }) => {
      asked.push(message.trim());
      for (;;) {
        const answer = String(left.shift() ?? fallback);
        const judged = validate?.(answer) ?? true;
        if (judged === true) return answer;
        refused.push(judged);
      }
    },
    password: async () => '',
  };
}

/** One machine without a site, that stands for three. */
export const machineSubject = (name: string, facts: NodeFacts): EstimateRequest['subject'] => ({
  kind: 'machine',
  name,
  product,
  nodes: [healthyNode(name)],
  clusterSize: 3,
  facts: new Map([[name, facts]]),
  unreached: new Map(),
  wish: wishFor(product, facts),
});

const nothing = () => Promise.reject(new Error('nothing is to be installed'));

/** The estimate with all that it prints. */
export async function run(request: Partial<EstimateRequest> & Pick<EstimateRequest, 'subject'>) {
  const lines: string[] = [];
  const line = (text: string) => lines.push(...text.split('\n'));
  const result = await runEstimate({
    flags: { volumes: [] },
    openebs: false,
    ask: undefined,
    line,
    install: nothing,
    ...request,
  });
  return { ...result, lines, text: lines.join('\n') };
}
