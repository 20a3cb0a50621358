import { hostname } from 'node:os';
import { connect } from '../../app/connect.ts';
import { refuseOutside } from '../../app/outside.ts';
import { lookAtLiving } from '../../app/plan-living.ts';
import { siteToBuild } from '../../app/seen-storage.ts';
import type { Settings } from '../../app/settings.ts';
import { exists, givenPasswords, openSite } from '../../app/site.ts';
import { openWorld, type World } from '../../app/world.ts';
import { Fault } from '../../errors/fault.ts';
import type { NodeFacts } from '../../facts/facts.ts';
import type { Passwords } from '../../host/secrets.ts';
import { targetOf } from '../../network/targets.ts';
import { loadProduct } from '../../product/load.ts';
import type { Product } from '../../product/schema.ts';
import { defaultGroup } from '../../site/default-group.ts';
import { defaultProduct } from '../../site/default-product.ts';
import type { Site, SiteNode } from '../../site/schema.ts';
import { claimedSizes } from '../../storage/claims.ts';
import { defaultEngine } from '../../storage/engines/engines.ts';
import { likelyGroup } from '../../storage/groups.ts';
import type { StorageWish } from '../../storage/volumes.ts';
import { accessPrompts } from '../line/access.ts';
import type { Terminal } from '../line/terminal.ts';

/** Whose disks are looked at, and what the site wants so far. */
export interface StorageSubject {
  /** `machine`: there is no site yet, so this machine stands for every node of the cluster. */
  readonly kind: 'site' | 'machine';
  readonly name: string;
  readonly product: Product;
  readonly nodes: readonly SiteNode[];
  /** How many nodes the cluster is taken to have. */
  readonly clusterSize: number;
  readonly facts: ReadonlyMap<string, NodeFacts>;
  readonly unreached: ReadonlyMap<string, string>;
  readonly wish: StorageWish;
  /** Undefined for a machine without a site. */
  readonly site?: Site;
  readonly world: World;
  readonly passwords: Passwords;
  close(): Promise<void>;
}

/** The nodes of the site, or this machine where there is no site yet: then for the product that is named. */
export async function openStorageSubject(
  settings: Settings,
  terminal: Terminal,
  productName?: string,
): Promise<StorageSubject> {
  const hasSite = settings.siteGiven || settings.rehearsal !== undefined || (await exists(settings.site));
  if (!hasSite) return ofMachine(settings, terminal, productName ?? defaultProduct);
  if (productName !== undefined) throw productTwice(settings);
  return ofSite(settings, terminal);
}

async function ofSite(settings: Settings, terminal: Terminal): Promise<StorageSubject> {
  const opened = await openSite(settings);
  const { site, product, passwords, world, close } = opened;
  try {
    refuseOutside(site);
    const prompts = accessPrompts(settings, terminal);
    const seen = await connect(site.nodes.map(targetOf), { world, passwords, prompts });
    const living = await lookAtLiving(opened, seen.facts, settings.files);
    const built = siteToBuild(opened, living);
    const { name, nodes } = built;
    const wish = { ...built, claimed: living.standing && claimedSizes(built, product, living.standing) };
    return {
      kind: 'site',
      name,
      product,
      nodes,
      clusterSize: nodes.length,
      ...seen,
      wish,
      site,
      world,
      passwords,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function productTwice({ site, rehearsal }: Settings): Fault {
  return new Fault({
    what: `${rehearsal === undefined ? site : 'The rehearsal'} names the product already.`,
    next: ['Leave out --product, or give it where there is no site yet.'],
  });
}

async function ofMachine(settings: Settings, terminal: Terminal, productName: string): Promise<StorageSubject> {
  const product = await loadProduct(productName);
  const passwords = await givenPasswords(settings);
  const world = await openWorld({ files: settings.files, passwords, rehearsal: undefined });
  try {
    const name = hostname();
    const node: SiteNode = { name, reach: '127.0.0.1', role: 'manager', local: true };
    const target = { node: name, addresses: [], local: true };
    const seen = await connect([target], { world, passwords, prompts: accessPrompts(settings, terminal) });
    const clusterSize = Math.max(...product.topologies.map(({ managers }) => managers));
    const wish = wishFor(product, seen.facts.get(name));
    return {
      kind: 'machine',
      name,
      product,
      nodes: [node],
      clusterSize,
      ...seen,
      wish,
      world,
      passwords,
      close: () => world.close(),
    };
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** Without a site: the product's features and sizes, and the groups that this machine's disks suggest. */
export function wishFor(product: Product, facts: NodeFacts | undefined): StorageWish {
  const roomy = facts?.storage && likelyGroup(facts.storage);
  const pool = facts?.storage?.logicalVolumes.find(({ name }) => name === 'shared');
  const volumeGroup = roomy ?? defaultGroup;
  return {
    features: product.features.filter((feature) => feature.default).map(({ id }) => id),
    storage: {
      unshared: { volumeGroup },
      shared: { engine: defaultEngine, volumeGroup: pool?.volumeGroup ?? volumeGroup, volume: 'shared' },
      volumes: {},
    },
  };
}
