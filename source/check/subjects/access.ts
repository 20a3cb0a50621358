import type { Finding } from '../../site/finding.ts';
import type { SiteNode } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import type { Check, CheckInput, Outcome } from '../check.ts';
import { accessAdvice, factsOf, fail, notSeen, pass, siteCheck, warn } from '../check.ts';

const accessWords = {
  id: 'access',
  title: 'Login and sudo',
  why: 'Everything is done over SSH and as root. A node that refuses the login, or root, cannot be prepared.',
  source: 'https://www.sudo.ws/docs/man/sudoers.man/',
};

type Reached = Pick<CheckInput, 'site' | 'facts' | 'evidence'>;

const judgeAll = (input: Reached) => input.site.nodes.map((node, index) => judgeAccess(input, node, index));

/** Every node was reached and lets us become root. */
export const access: Check = {
  ...siteCheck(accessWords, judgeAll),
  about: 'node',
  strict: true,
};

/** What this check alone finds: where nothing else is asked yet. */
export const accessFindings = (input: Reached): readonly Finding[] =>
  judgeAll(input).map((outcome) => ({ check: accessWords.id, nodes: [], ...outcome }));

/** That a node was not reached, and why; a reason that begins with the node says both. */
export function unreachedText(node: string, why: string | undefined): string {
  if (!why) return `${node} was not reached.`;
  return why.startsWith(`${node} `) ? why : `${node} was not reached: ${why}`;
}

/** What to do about a node that does not answer; of a cluster that lives, how it goes on without it too. */
export function unreachedAdvice(
  { name, access: login, reach }: SiteNode,
  { own, member }: { readonly own: string | undefined; readonly member: boolean },
): string {
  const first = own ?? `Try it by hand: ssh ${login?.user ? `${login.user}@` : ''}${reach}`;
  if (!member) return first;
  const replace = kloudspot(`node replace ${name} --with NEW --reach ADDRESS`);
  return `${first.replace(/\.$/, '')}. How the cluster is without it: \`${kloudspot('status')}\`. Another machine in its place: \`${replace}\``;
}

function judgeAccess(input: Reached, node: SiteNode, index: number): Outcome {
  const facts = factsOf(input, node);
  const nodes = [node.name];
  if (!facts) {
    const why = input.evidence?.unreached?.get(node.name);
    const member = input.evidence?.cluster?.nodes.some(({ name }) => name === node.name) ?? false;
    return {
      ...fail(notSeen, unreachedText(node.name, why), {
        advice: unreachedAdvice(node, { own: input.evidence?.reachAdvice?.get(node.name), member }),
        field: ['nodes', index, 'reach'],
      }),
      nodes,
    };
  }
  const { user, sudo } = facts.access;
  if (sudo === 'refused') {
    return {
      ...fail(`${user}, no sudo`, `${user} cannot become root on ${node.name}.`, {
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
            ...fail(notSeen, `No facts of ${node.name} could be read.`, { advice: accessAdvice, follows: 'access' }),
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
