import type { Check, CheckInput, Outcome } from '../check.ts';
import { accessAdvice, factsOf, fail, notSeen, pass, siteCheck, warn } from '../check.ts';

const accessWords = {
  id: 'access',
  title: 'Login and sudo',
  why: 'Everything is done over SSH and as root. A node that does not let us in, or not as root, cannot be prepared.',
  source: 'https://www.sudo.ws/docs/man/sudoers.man/',
};

/** Every node was reached and lets us become root. */
export const access: Check = {
  ...siteCheck(accessWords, (input) => input.site.nodes.map((node, index) => judgeAccess(input, node, index))),
  about: 'node',
  strict: true,
};

function judgeAccess(input: CheckInput, node: CheckInput['site']['nodes'][number], index: number): Outcome {
  const facts = factsOf(input, node);
  const nodes = [node.name];
  if (!facts) {
    const why = input.evidence?.unreached?.get(node.name);
    return {
      ...fail(notSeen, why ? `${node.name} was not reached: ${why}` : `${node.name} was not reached.`, {
        advice: `Try it by hand: ssh ${node.access?.user ? `${node.access.user}@` : ''}${node.reach}`,
        field: ['nodes', index, 'reach'],
      }),
      nodes,
    };
  }
  const { user, sudo } = facts.access;
  if (sudo === 'refused') {
    return {
      ...fail(`${user}, no sudo`, `${user} may not become root on ${node.name}.`, {
        advice: `Add ${user} to the group sudo, or give the right sudo password`,
        field: ['nodes', index, 'access'],
      }),
      nodes,
    };
  }
  const how = { root: 'root', free: `${user}, sudo`, password: `${user}, sudo with password` }[sudo];
  return { ...pass(how, `${user} may do what is needed.`), nodes };
}

/** Every section of the facts could be read. */
export const completeFacts: Check = {
  ...siteCheck(
    {
      id: 'facts-complete',
      title: 'Facts of the node',
      why: 'A check whose facts are missing cannot pass. What could not be read is named here once, with the reason.',
      source: 'One look at a node reads each section by its own command; each can fail alone.',
    },
    (input) =>
      input.site.nodes.map((node): Outcome => {
        const facts = factsOf(input, node);
        const nodes = [node.name];
        if (!facts)
          return {
            ...fail(notSeen, `Nothing was seen of ${node.name}.`, { advice: accessAdvice, follows: 'access' }),
            nodes,
          };
        const problems = Object.entries(facts.problems);
        if (problems.length === 0) return { ...pass('all', 'Every section could be read.'), nodes };
        const list = problems.map(([section, why]) => `${section} (${why})`).join('; ');
        return {
          ...warn(`${problems.length} missing`, `Not read on ${node.name}: ${list}.`, {
            advice: 'Run the commands that are named on the node; most need root',
            ...(facts.packages?.snapdProblem !== undefined && problems.every(([part]) => part === 'microk8s')
              ? { follows: 'snapd' }
              : {}),
          }),
          nodes,
        };
      }),
  ),
  about: 'node',
};
