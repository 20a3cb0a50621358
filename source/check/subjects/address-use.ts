import type { AddressAnswer } from '../../facts/address-probe.ts';
import type { InterfaceFacts } from '../../facts/facts.ts';
import type { SiteNode } from '../../site/schema.ts';
import { type Check, type CheckInput, factsOf, fail, type Outcome, pass, siteCheck, warn } from '../check.ts';

interface Wanted {
  readonly address: string;
  /** Who may have it already: the node whose address it is; for the virtual one any node. */
  readonly owner?: string;
  readonly what: string;
  readonly field: readonly (string | number)[];
}

export const addressesFree: Check = siteCheck(
  {
    id: 'addresses-free',
    title: 'Use of addresses',
    why: 'An address that another machine has already works for a minute and then does not, for both. Nodes ask by ARP who has it before anything is changed.',
    source: 'RFC 5227 section 2.1 (IPv4 address conflict detection)',
  },
  (input) => {
    const wanted = wantedAddresses(input);
    if (wanted.length === 0) return pass('none wanted', 'No address is new.');
    return wanted.map((each) => judge(each, input));
  },
);

function wantedAddresses({ site }: CheckInput): Wanted[] {
  const nodes = site.nodes.flatMap((node, index): Wanted[] => {
    const address = node.network?.mode === 'static' ? node.network.address?.split('/')[0] : undefined;
    return address === undefined
      ? []
      : [
          {
            address,
            owner: node.name,
            what: `the address of ${node.name}`,
            field: ['nodes', index, 'network', 'address'],
          },
        ];
  });
  const served = Object.entries(site.network.workload?.addresses ?? {}).map(
    ([name, address]): Wanted => ({
      address,
      what: `the address of ${name} in the network for workload`,
      field: ['network', 'workload', 'addresses', name],
    }),
  );
  const virtual = site.network.virtualAddress;
  return virtual === undefined
    ? [...nodes, ...served]
    : [...nodes, ...served, { address: virtual, what: 'the virtual address', field: ['network', 'virtualAddress'] }];
}

function judge(wanted: Wanted, input: CheckInput): Outcome {
  const { address, owner, what, field } = wanted;
  const nodes = owner === undefined ? [] : [owner];
  const answers = [...(input.evidence?.addresses?.get(address) ?? [])];
  const other =
    interfaceWith(wanted, input) ??
    answers.map(([asker, answer]) => stranger(asker, answer, wanted, input)).find((each) => each !== undefined);
  if (other !== undefined) {
    return {
      ...fail(`${address} taken`, `${address}, ${what}, is in use by ${other}.`, {
        wanted: 'free',
        advice: 'Choose another address, or take it away from that machine',
        field,
      }),
      nodes,
    };
  }
  const asked = answers.filter(([, { state }]) => state !== 'unknown').map(([asker]) => asker);
  if (asked.length > 0) {
    const holder = answers.some(([, { state }]) => state === 'taken' || state === 'own');
    return holder
      ? { ...pass(`${address} own`, `${address} is already where it belongs.`), nodes }
      : { ...pass(`${address} free`, `No machine answered ${asked.join(' or ')} for ${address}.`), nodes };
  }
  const why = answers.flatMap(([asker, answer]) => (answer.state === 'unknown' ? [`${asker}: ${answer.why}`] : []));
  const unseen = input.site.nodes.every((node) => factsOf(input, node) === undefined);
  return {
    ...warn(
      `${address} not asked`,
      `Cannot determine whether ${address} is free${why.length > 0 ? ` (${why.join('; ')})` : ''}.`,
      {
        advice: `arping -D -c 3 ${address} on a node of that network`,
        field,
        ...(unseen ? { follows: 'access' } : {}),
      },
    ),
    nodes,
  };
}

/** The node that has an address of the cluster on an interface of its own, in words: MetalLB puts it on none. */
function interfaceWith({ address, owner }: Wanted, input: CheckInput): string | undefined {
  if (owner !== undefined || isGiven(address, input)) return undefined;
  for (const node of input.site.nodes) {
    const held = factsOf(input, node)?.network?.interfaces.find((each) => has(each, address));
    if (held !== undefined && !isLeft(node, held)) return `${node.name}, on its interface ${held.name}`;
  }
  return undefined;
}

const has = ({ addresses }: InterfaceFacts, wanted: string): boolean =>
  addresses.some(({ address }) => address === wanted);

/** The run gives this interface another address. */
const isLeft = ({ network, reach }: SiteNode, held: InterfaceFacts): boolean =>
  network?.mode === 'static' && (held.name === network.interface || has(held, reach));

/** The cluster's own, held by whichever node: also by one that the site does not name any more. */
const isGiven = (address: string, { evidence }: CheckInput): boolean =>
  evidence?.cluster?.givenAddresses.includes(address) ?? false;

/** Who has the address, in words, unless it is the one that may. */
function stranger(
  asker: string,
  answer: AddressAnswer,
  { owner, address }: Wanted,
  input: CheckInput,
): string | undefined {
  const holder = holderOf(asker, answer, input);
  if (holder === undefined) return undefined;
  if (owner === undefined && isGiven(address, input)) return undefined;
  if (holder.node === undefined) return `a machine with MAC ${holder.mac}`;
  return owner === undefined || owner === holder.node ? undefined : holder.node;
}

function holderOf(
  asker: string,
  answer: AddressAnswer,
  input: CheckInput,
): { readonly node?: string; readonly mac?: string } | undefined {
  if (answer.state === 'own') return { node: asker };
  if (answer.state !== 'taken') return undefined;
  const node = input.site.nodes.find((each) =>
    factsOf(input, each)?.network?.interfaces.some(({ mac }) => mac.toLowerCase() === answer.mac),
  );
  return node ? { node: node.name } : { mac: answer.mac };
}
