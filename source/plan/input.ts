import type { Bundle } from '../bundle/manifest.ts';
import type { NodeFacts } from '../facts/facts.ts';
import type { Product } from '../product/schema.ts';
import type { Finding } from '../site/finding.ts';
import type { Site } from '../site/schema.ts';
import type { StandingStorage } from '../storage/claims.ts';
import type { PlanPurpose } from './document/document.ts';
import type { ReadChart } from './release/charts.ts';
import type { StandingCluster } from './standing/standing.ts';

/** Of `restore`, `certificates renew`, `rebalance` and `drill`. */
export interface Upkeep {
  /** Name of a backup. */
  readonly backup?: string;
  readonly renewals?: readonly {
    readonly node: string;
    readonly certificates: readonly { readonly name: 'server' | 'front-proxy-client' | 'ca'; readonly until: string }[];
  }[];
  /** Deployments that lie unevenly. */
  readonly deployments?: readonly string[];
  /** The node that is cut off, for so many s. */
  readonly drill?: { readonly node: string; readonly seconds: number };
}

/** What a plan is made of. */
export interface PlanInput {
  readonly purpose: PlanPurpose;
  readonly site: Site;
  readonly product: Product;
  /** By node name. `init` needs all nodes; the other purposes one manager that runs MicroK8s. */
  readonly facts: ReadonlyMap<string, NodeFacts>;
  readonly now: Date;
  /** What the cluster holds of the product's storage; undefined where there is no cluster yet. */
  readonly standing?: StandingStorage | undefined;
  /** The cluster as it is; undefined where there is none yet, or none that answers. */
  readonly cluster?: StandingCluster | undefined;
  /**
   * `update` and `stop`: text of the `site.yaml` that the cluster was made for. The plan then begins with a backup of it.
   * Undefined where nothing changes.
   */
  readonly siteBefore?: string | undefined;
  /** `node remove` and `node replace`: the node that is to go, also where no site has named it. Others that no site has named stay. */
  readonly asked?: string | undefined;
  /** What a verb of upkeep asks for. */
  readonly upkeep?: Upkeep | undefined;
  /** `relocate`: the addresses count from the next boot on, since their network is not here. */
  readonly atNextBoot?: boolean;
  /** `update`: the chart's version to stay on, where neither site nor product pins one. */
  readonly chartVersion?: string | undefined;
  /** `update`: the revision of the release that is in force. */
  readonly revision?: number | undefined;
  /** `update`: the workloads of the release that are not ready, by name. */
  readonly notReady?: readonly string[] | undefined;
  /** `update --update-helm`: take the newest chart that is allowed. */
  readonly newestChart?: boolean;
  /** What everything is installed from, where the nodes reach no internet. */
  readonly bundle?: Bundle | undefined;
  /** What the checks found: failures that the operator lets pass are written down. */
  readonly findings?: readonly Finding[];
  /** Reads the files of a local chart, the only thing that is looked at besides the input. */
  readonly readChart: ReadChart;
}
