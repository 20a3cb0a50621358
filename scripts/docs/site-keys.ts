import * as z from 'zod';

/** One key of site.yaml as the page shows it. */
export interface SiteKey {
  /** Dotted; `[]` for each entry of a list, `ID` for a key of one's own choice. */
  readonly key: string;
  readonly type: string;
  /** The default, or that there is none. */
  readonly usual: string;
  readonly meaning: string;
}

/** The part of JSON Schema that the site's schema uses. */
const schemaNode = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  required: z.array(z.string()).default([]),
  get else() {
    return schemaNode.optional();
  },
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  get properties() {
    return z.record(z.string(), schemaNode).optional();
  },
  get items() {
    return schemaNode.optional();
  },
  get oneOf() {
    return z.array(schemaNode).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), schemaNode]).optional();
  },
});
type SchemaNode = z.output<typeof schemaNode>;

/** What the schema leaves unsaid because a screen says it. A key that has words of its own there has none here. */
const furtherMeaning: Readonly<Record<string, string>> = {
  version: 'Of the form of this file.',
  nodes: 'The machines of the cluster, in the order of the run: the cluster begins on the first manager.',
  'nodes[].role':
    'A manager carries the control plane and a member of the datastore; a worker carries only the product.',
  'nodes[].access': 'How to log in.',
  'nodes[].access.port': 'Port of SSH. Default: what ~/.ssh/config says, else 22.',
  'nodes[].network': 'Address of this node. Left out: the network of the node stays as it is.',
  network: 'What the nodes have in common.',
  system: 'The operating system of the nodes.',
  'system.updatePackages': 'Bring the packages of each node up to date before the cluster begins.',
  'system.reboot': 'Whether a node restarts before the cluster begins: when an update requires it, always, or never.',
  cluster: 'MicroK8s.',
  'cluster.channel': 'Snap channel of MicroK8s. Nodes stay on it and are not refreshed by themselves.',
  storage: 'Where the volumes lie; see [storage.md](storage.md).',
  'storage.unshared.volumeGroup': 'LVM volume group of unshared volumes, on every node.',
  'storage.shared': 'Volumes that any node can use.',
  'storage.workload.ID': 'The input of the product.',
  'storage.shared.engine': 'cstor: a pool of our own on each manager. existing: an existing storage class.',
  'storage.shared.volumeGroup': 'LVM volume group of the logical volume under the pool, on each manager.',
  customer: 'Whose site it is.',
  tls: 'The certificate of the DNS name.',
  'tls.mode': 'self-signed: made here, browsers warn of it. files: yours.',
  'tls.key': 'With mode files: path of the private key on the machine that kloudspot runs on, PEM.',
  'tls.certificate':
    'With mode files: path of the certificate with its chain on the machine that kloudspot runs on, PEM.',
  'storage.volumes.ID': 'GB of this volume.',
  'cluster.oidc.groups.ID': 'The groups. ID is the role, such as cluster-admin, admin, edit or view.',
  'network.workload.addresses.ID': 'The address. ID is a name of your own for the service.',
  'registry.mirrors.ID':
    'The path on `registry.host`; empty where it has none. ID is the host of the registry that is mirrored.',
  'values.ID': 'Any value of the chart; ID is its name there, with further keys below it.',
  'chart.reference': 'The chart itself.',
  'chart.version':
    'Its version. Left out: the newest at the first installation; later it stays until update --update-helm.',
};

/** Every key, parents before their children. Throws where a key has no meaning, and where a meaning has no key. */
export function siteKeys(schemaText: string): readonly SiteKey[] {
  const rows = keysOf(schemaNode.parse(JSON.parse(schemaText)), '');
  const keys = new Set(rows.map(({ key }) => key));
  const lost = Object.keys(furtherMeaning).filter((key) => !keys.has(key));
  const mute = rows.filter(({ meaning }) => meaning === '').map(({ key }) => key);
  if (lost.length > 0) throw new Error(`scripts/docs/site-keys.ts explains keys that are gone: ${lost.join(', ')}`);
  if (mute.length > 0) throw new Error(`scripts/docs/site-keys.ts should explain: ${mute.join(', ')}`);
  return rows;
}

function keysOf(schema: SchemaNode, above: string): SiteKey[] {
  const holders = schema.oneOf ?? [schema];
  const names = [...new Set(holders.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  return names.flatMap((name) => {
    const variants = holders.flatMap(({ properties }) => properties?.[name] ?? []);
    const required = holders.every((holder) => [holder, holder.else].some((node) => node?.required.includes(name)));
    const [first] = variants;
    return first ? rowsOf(`${above}${name}`, first, variants, required) : [];
  });
}

function rowsOf(key: string, schema: SchemaNode, variants: readonly SchemaNode[], required: boolean): SiteKey[] {
  const row = {
    key,
    type: typeOf(schema, variants),
    usual: usualOf(schema, required),
    meaning: schema.description ?? furtherMeaning[key] ?? '',
  };
  const { items, additionalProperties: others } = schema;
  return [
    row,
    ...keysOf(schema, `${key}.`),
    ...(items?.properties ? keysOf(items, `${key}[].`) : []),
    ...(typeof others === 'object' ? [ofAnyId(key, others)] : []),
  ];
}

function ofAnyId(above: string, schema: SchemaNode): SiteKey {
  const key = `${above}.ID`;
  const usual = key.startsWith('storage.') ? "the product's" : 'none';
  return { key, type: typeOf(schema, [schema]), usual, meaning: furtherMeaning[key] ?? '' };
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'keys',
};

function typeOf(schema: SchemaNode, variants: readonly SchemaNode[]): string {
  const fixed = variants.flatMap(({ const: only }) => (only === undefined ? [] : [String(only)]));
  const choices = schema.enum ?? fixed;
  if (choices.length > 0) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (schema.oneOf) return 'keys';
  if (schema.type === 'array') return schema.items?.properties ? 'list of keys' : 'list of text';
  const { minimum, maximum } = schema;
  const range = minimum === undefined || maximum === undefined ? '' : `, ${minimum} to ${maximum}`;
  return `${words[schema.type ?? ''] ?? 'any'}${range}`;
}

function usualOf({ default: usual, type, oneOf, additionalProperties: others }: SchemaNode, required: boolean): string {
  if (required) return 'required';
  if (usual === undefined) return 'none';
  if (Array.isArray(usual)) return usual.length === 0 ? 'empty' : `\`${JSON.stringify(usual)}\``;
  if (typeof others === 'object') return 'empty';
  if (type === 'object' || oneOf) return 'those below';
  return `\`${String(usual)}\``;
}
