import * as z from 'zod';
import { defaultRanges } from '../microk8s/node.ts';
import { serviceNames } from '../microk8s/services.ts';
import { channelForm, defaultChannel } from '../microk8s/tracks.ts';
import { defaultGroup } from './default-group.ts';
import { defaultProduct } from './default-product.ts';
import { fields } from './fields.ts';

const { ipv4, hostAddress, ipv4WithPrefix, hostName, dnsName, gibibytes, volumeGroupName } = fields;
const { ipv4Range, ipv4Network, namespace, reach, sshWord, interfaceName, line, kubernetesName } = fields;
const { anyIpv4Network, oneWord, oidcIssuer } = fields;
const { registryHost, registryUser, registryPath, proxyUrl, directName } = fields;

/** A place in `site.yaml`: keys and positions from the top. */
export type SitePath = readonly (string | number)[];

/** The name that `storage.shared.engine` has for a storage class of the operator's own. */
export const ownClassEngine = 'existing';

const access = z.strictObject({
  user: sshWord.optional().meta({ description: 'Login name. Default: what ~/.ssh/config says, else your own.' }),
  port: z.number().int().min(1).max(65_535).optional(),
  key: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Path of the private key on the machine that kloudspot runs on.' }),
  jump: sshWord.optional().meta({ description: 'Jump host, as OpenSSH reads ProxyJump.' }),
});

const nodeNetwork = z.strictObject({
  mode: z.enum(['static', 'dhcp']).meta({
    description: 'static: our netplan file sets the address. dhcp: kept, because the DHCP server reserves the address.',
  }),
  address: ipv4WithPrefix.optional().meta({ description: 'The static address wanted, with its prefix.' }),
  interface: interfaceName.optional().meta({ description: 'The network interface that carries it.' }),
  gateway: hostAddress.optional().meta({ description: 'Default: the gateway of the site.' }),
  nameservers: z.array(ipv4).optional().meta({ description: 'Default: those of the site.' }),
  search: z.array(dnsName).optional().meta({ description: 'Default: those of the site.' }),
});

const device = z
  .string()
  .regex(/^\/dev\/[A-Za-z0-9/_.:+-]+$/, 'a path under /dev')
  .optional();
/** What an operator types so that a device with data may be erased: its name, as lsblk shows it. */
const erase = z
  .string()
  .regex(/^[A-Za-z0-9_.:+-]+$/, 'the name of a disk or partition, such as sdb')
  .optional();
const reserve = z.number().int('a whole number of GB').min(0).max(1_000_000).optional();

/** The site's words on storage, as far as a node differs. */
export const nodeStorage = z.strictObject({
  unshared: z
    .strictObject({ volumeGroup: volumeGroupName.optional().meta({ description: 'Default: that of the site.' }) })
    .optional()
    .meta({ description: 'Where the volumes of this node are stored.' }),
  shared: z
    .strictObject({
      volumeGroup: volumeGroupName.optional().meta({ description: 'Default: that of the site.' }),
      volume: volumeGroupName.optional().meta({ description: 'Default: that of the site.' }),
      size: gibibytes.optional().meta({ description: 'GB. Default: that of the site.' }),
      device: device.meta({
        description: 'A blank disk or partition of this node for the pool, instead of an existing volume group.',
      }),
      erase: erase.meta({
        description:
          'The name of that device, such as sdb, if it holds data: all of it is erased. Without it such a device is refused.',
      }),
    })
    .optional()
    .meta({ description: 'What holds the pool on this node.' }),
  reserve: reserve.meta({ description: 'GB that stay free in each group. Default: that of the site.' }),
});

/** A volume of one node that the site declares: made, formatted and mounted by the run. */
const declaredVolume = z
  .strictObject({
    name: kubernetesName.meta({ description: 'Name of the volume, and of its logical volume.' }),
    volumeGroup: volumeGroupName.optional().meta({ description: 'The group that its logical volume is made in.' }),
    size: gibibytes.optional().meta({ description: 'GB of that logical volume.' }),
    device: device.meta({ description: 'A blank disk or partition that it takes whole, instead of a group.' }),
    erase: erase.meta({
      description: 'The name of that device, such as sdb, if it holds data: all of it is erased.',
    }),
    fsType: z.enum(['ext4', 'xfs']).default('ext4').meta({ description: 'Its file system.' }),
    encrypt: z.boolean().optional().meta({
      description:
        'true: encrypted with LUKS. The key is made on the node and stays there, in /etc/kloudspot/luks/NAME.key, mode 0600: it protects a disk that leaves its machine, not one that is stolen with it.',
    }),
    mount: z
      .string()
      .regex(/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9_.-]+)+$/, 'an absolute path below /')
      .optional()
      .meta({ description: 'Default: /var/lib/kloudspot/volumes/NAME.' }),
    storageClass: kubernetesName
      .optional()
      .meta({ description: 'Given to the cluster as a volume of this class, on this node only.' }),
  })
  .refine(
    ({ volumeGroup, device, size }) =>
      (volumeGroup === undefined) === (device !== undefined) && (volumeGroup === undefined) === (size === undefined),
    {
      error: 'needs volumeGroup and size, or device alone',
    },
  )
  .refine(({ device, erase }) => erase === undefined || device !== undefined, {
    error: 'erase names a device: it goes with device',
  });

export const nodeVolumes = z
  .array(declaredVolume)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, { error: 'two volumes have one name' });

export const nodeSchema = z.strictObject({
  name: hostName.meta({ description: 'Host name and Kubernetes node name.' }),
  reach: reach.meta({
    description:
      'Address or name at which the node answers now. A run that changes the address of the node changes it here too, a rehearsal does not.',
  }),
  role: z.enum(['manager', 'worker']),
  zone: line.optional().meta({ description: 'Failure domain: rack, room, power feed.' }),
  local: z.boolean().optional().meta({ description: 'True for the node that kloudspot runs on.' }),
  access: access.optional(),
  network: nodeNetwork.optional(),
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Placeholder for a node where cluster.kubeconfig is given. Do not set it.' }),
  storage: nodeStorage.optional().meta({ description: "Default: the site's storage." }),
  volumes: nodeVolumes
    .optional()
    .meta({ description: 'Volumes of this node that are made, formatted and mounted before MicroK8s is installed.' }),
  workloadInterface: interfaceName.optional().meta({ description: 'Default: network.workload.interface.' }),
});

/** A second network, for what the product serves: nodes are in it by an interface of their own. */
const workloadNetwork = z.strictObject({
  range: ipv4Network.meta({
    description: 'The network, in prefix notation. The nodes have their addresses in it already.',
  }),
  interface: interfaceName.meta({ description: 'The network interface by which each node is in it.' }),
  addresses: z.record(kubernetesName, hostAddress).default({}).meta({
    description:
      'Addresses at which services of the product listen, by names of your own. MetalLB answers for them in this network only, and gives one to the service that asks for it.',
  }),
});

const registry = z.strictObject({
  host: registryHost.meta({ description: "The vendor's registry: charts and images are fetched from it." }),
  user: registryUser.optional().meta({ description: 'Who logs in there. None: the registry requires no login.' }),
  secretFile: z.string().min(1).optional().meta({
    description:
      'File with the password or token of the user, mode 0600, on the machine that kloudspot runs on. Default: `registry` in the file or descriptor of --password-file or --password-fd.',
  }),
  mirrors: z.record(registryHost, registryPath).default({}).meta({
    description:
      'Registries whose images this one holds too, each with the path there: `docker.io: proxy/docker-hub`. containerd on every node asks it first.',
  }),
});

/** Who logs in with a token of the company's own issuer. */
const oidc = z.strictObject({
  issuer: oidcIssuer.meta({ description: 'Address of the OpenID Connect issuer, as its tokens name it.' }),
  clientId: oneWord.meta({ description: 'The client that its tokens are for.' }),
  usernameClaim: oneWord.default('sub').meta({ description: 'Claim of the token that is the name of the user.' }),
  groupsClaim: oneWord.default('groups').meta({ description: 'Claim of the token that lists the groups of the user.' }),
  prefix: oneWord.default('oidc:').meta({
    description: 'Put before names of users and groups, so that none of them is one of Kubernetes itself.',
  }),
  certificateAuthority: z
    .string()
    .regex(/^-----BEGIN CERTIFICATE-----\n[\s\S]+\n-----END CERTIFICATE-----\n*$/, 'a certificate in PEM')
    .optional()
    .meta({ description: 'PEM text of the authority of the issuer, where no public one has signed its certificate.' }),
  groups: z.record(kubernetesName, z.array(oneWord).min(1)).default({}).meta({
    description:
      'Groups, without the prefix, by the role of the cluster that they have everywhere: `view: [auditors]`.',
  }),
});

/** Any value that YAML and Helm know. */
const anyValue: z.ZodType<HelmValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(anyValue), z.record(z.string(), anyValue)]),
);

/** A Helm value as it is in a file. `null` removes a default of the chart. */
export type HelmValue = string | number | boolean | null | HelmValue[] | { [key: string]: HelmValue };

export const siteSchema = z.strictObject({
  version: z.literal(1),
  name: hostName.meta({ description: 'A short name for this site.' }),
  product: z
    .string()
    .min(1)
    .default(defaultProduct)
    .meta({ description: 'A product of templates/products, or a path to a product file.' }),
  nodes: z.array(nodeSchema).min(1),
  network: z.strictObject({
    virtualAddress: hostAddress.optional().meta({ description: 'The one address of the cluster, held by MetalLB.' }),
    gateway: hostAddress.optional().meta({ description: 'Default route of nodes with a static address.' }),
    nameservers: z
      .array(ipv4)
      .default([])
      .meta({ description: 'DNS servers of the nodes. None: those that a node has now.' }),
    search: z.array(dnsName).default([]).meta({ description: 'Search domains of the nodes.' }),
    proxy: z
      .strictObject({
        http: proxyUrl.meta({
          description: 'The proxy, without user and password: it is in files that others read.',
        }),
        https: proxyUrl.optional().meta({ description: 'Another one for HTTPS. Default: the same.' }),
        noProxy: z.array(directName).default([]).meta({
          description:
            'What else is reached directly. Nodes, virtual address, pods, services and their names are added automatically.',
        }),
      })
      .optional()
      .meta({ description: 'The way out of nodes that reach nothing directly.' }),
    firewall: z
      .strictObject({
        administrators: z.array(anyIpv4Network).default([]).meta({
          description:
            'Networks from which SSH and the API server are reached, that of the machine that kloudspot runs on among them. None: from anywhere.',
        }),
      })
      .optional()
      .meta({
        description:
          'A packet filter on every node: it allows the ports of the cluster and the product, and drops the rest. Left out: the firewalls of the nodes stay as they are; one that kloudspot set earlier is removed.',
      }),
    workload: workloadNetwork.optional().meta({
      description: 'A second network, in which the product serves; see above. The virtual address may be in it.',
    }),
  }),
  system: z
    .strictObject({
      updatePackages: z.boolean().default(true),
      reboot: z.enum(['when-needed', 'always', 'never']).default('when-needed'),
    })
    .prefault({}),
  cluster: z
    .strictObject({
      channel: z.string().regex(channelForm, `a MicroK8s channel such as ${defaultChannel}`).default(defaultChannel),
      kubeconfig: z.string().min(1).optional().meta({
        description:
          'An existing cluster: its kubeconfig on this machine. No nodes are given then, and only start, update, stop and status apply.',
      }),
      podRange: ipv4Range
        .default(defaultRanges.pods)
        .meta({ description: 'Addresses of pods. Choose another one if it contains the network of the nodes.' }),
      serviceRange: ipv4Range.default(defaultRanges.services).meta({
        description:
          'Addresses of services inside the cluster. Choose another one if it contains the network of the nodes.',
      }),
      services: z
        .array(z.enum(serviceNames))
        .refine((all) => new Set(all).size === all.length, { error: 'each service once' })
        .optional()
        .meta({
          description: 'Addons of MicroK8s that are switched on. Left out: those that the product asks for.',
        }),
      nodeMemoryGiB: z.number().int().min(1).max(65_536).optional().meta({
        description:
          'Memory of the smallest node that runs the product, in GiB as on its data sheet. Databases and streams of the product get more on larger nodes. Left out: what the product needs at least.',
      }),
      rbac: z.boolean().optional().meta({
        description:
          'true: the API server of every manager enforces RBAC. Left out: the default of MicroK8s, everyone with access may do everything.',
      }),
      oidc: oidc.optional().meta({
        description: 'Users of the company log in with tokens of its own issuer. Goes with rbac.',
      }),
    })
    .refine(({ oidc, rbac }) => oidc === undefined || rbac === true, {
      error: 'rbac: true goes with oidc: without it every user may do everything',
      path: ['rbac'],
    })
    .prefault({}),
  features: z.array(z.string().min(1)).default([]).meta({ description: "Ids of the product's features that are on." }),
  storage: z
    .strictObject({
      unshared: z
        .strictObject({
          volumeGroup: volumeGroupName.default(defaultGroup),
          storageClass: kubernetesName
            .optional()
            .meta({ description: 'An existing class of your own, instead of LVM on each node.' }),
        })
        .prefault({})
        .meta({ description: 'Volumes of one node each, on LVM.' }),
      shared: z
        .strictObject({
          engine: z.enum(['cstor', ownClassEngine]).default('cstor'),
          volumeGroup: volumeGroupName.default(defaultGroup),
          volume: volumeGroupName.default('shared').meta({ description: 'Logical volume under the pool.' }),
          size: gibibytes
            .optional()
            .meta({ description: 'GB of that logical volume. Default: what the volumes need.' }),
          device: device.meta({
            description: 'A blank disk or partition for the pool, on each manager, instead of a volume group.',
          }),
          storageClass: kubernetesName.optional().meta({ description: 'With engine existing: the class to use.' }),
        })
        .prefault({}),
      volumes: z.record(z.string(), gibibytes).default({}).meta({ description: 'GB per volume id of the product.' }),
      workload: z
        .record(z.string(), z.number().min(0).max(1e12))
        .optional()
        .meta({ description: 'What the product has to do, by input of the product: sizes that are not given follow.' }),
      reserve: reserve.meta({
        description: 'GB that stay free in each group. Default: 10 GB, or 5 % of a group if that is more.',
      }),
    })
    .prefault({}),
  customer: z.strictObject({
    dnsName: dnsName.meta({ description: 'The DNS name that resolves to the virtual address.' }),
    reference: line.meta({ description: 'Customer reference.' }),
  }),
  tls: z
    .discriminatedUnion('mode', [
      z.strictObject({ mode: z.literal('self-signed') }),
      z.strictObject({ mode: z.literal('files'), key: z.string().min(1), certificate: z.string().min(1) }),
    ])
    .default({ mode: 'self-signed' }),
  deploy: z
    .enum(['now', 'later'])
    .default('now')
    .meta({ description: 'later: build the cluster only, the verb `start` deploys.' }),
  chart: z
    .strictObject({ reference: z.string().min(1), version: z.string().min(1).optional() })
    .optional()
    .meta({ description: "Another chart than the product's: a folder, an OCI reference or repository/name." }),
  namespace: namespace.optional().meta({
    description: "Namespace of the product. A new site of the wizard has default. Left out: the product's own.",
  }),
  registry: registry
    .optional()
    .meta({ description: "The vendor's registry, or one of your own: for the chart, the images and as a mirror." }),
  bundle: z.string().min(1).optional().meta({
    description:
      'For nodes without internet: the file of the verb `bundle create` on this machine, its whole path. Everything is installed from it.',
  }),
  values: z.record(z.string(), anyValue).optional().meta({
    description:
      'Helm values beside those that follow from the answers. They win, and values.yaml names them as their origin. No secrets: this file can be read by others.',
  }),
});

/** What is wanted, complete and valid. */
export type Site = z.output<typeof siteSchema>;
export type SiteNode = Site['nodes'][number];
export type DeclaredVolume = z.output<typeof declaredVolume>;

/** The same while it is being written: anything may be missing or not yet right. Screens edit this; the schema judges it. */
export type DraftValue = string | number | boolean | null | undefined | DraftValue[] | { [key: string]: DraftValue };
export type SiteDraft = { [key: string]: DraftValue };

export { fields as siteRules } from './fields.ts';
