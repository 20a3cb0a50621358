import type { BundleManifest } from '../bundle/manifest.ts';
import type { AddressAnswer } from '../facts/address-probe.ts';
import type { ImagesFound } from '../facts/images-probe.ts';
import type { PairAnswers } from '../facts/pairs-probe.ts';
import type { ReachAnswer } from '../facts/reach-probe.ts';
import type { PlacedComplaint } from '../site/reading/complaint.ts';
import type { StandingClaim } from '../storage/claims.ts';

/** Text of a file on the workstation, or why it could not be read. */
export type ReadText = { readonly text: string } | { readonly problem: string };

/** What a release of the site would be refused for before it begins. */
export interface ReleaseEvidence {
  /** Undefined where neither Helm nor a schema was there to judge. */
  readonly values?: { readonly by: 'Helm' | 'the schema'; readonly problems: readonly PlacedComplaint[] };
  /** Undefined where Helm did not say which images there are. */
  readonly images?: ImagesFound;
}

/** What has to be asked at the time of the checks, because it is not a fact of one node. */
export interface LiveEvidence {
  /** When it was asked; ms since 1970 by the workstation's clock. */
  readonly atMs: number;
  /** With certificate files: what they hold. */
  readonly tls?: { readonly key: ReadText; readonly certificate: ReadText };
  /** Address → node that asked → what it heard. Every wanted static address and the virtual one. */
  readonly addresses?: ReadonlyMap<string, ReadonlyMap<string, AddressAnswer>>;
  /** Node → what it heard from every other node. */
  readonly pairs?: ReadonlyMap<string, PairAnswers>;
  /** Node → what it heard of names, servers and its own disk. */
  readonly reach?: ReadonlyMap<string, ReachAnswer>;
  /** What Helm and the registries say of the product. */
  readonly release?: ReleaseEvidence | undefined;
  /** With a bundle: what it holds, and what of it is damaged; or why it cannot be read. */
  readonly bundle?:
    | { readonly manifest: BundleManifest; readonly damaged: readonly string[] }
    | { readonly problem: string };
  /** Names of the addons that are on; undefined where no MicroK8s that runs was asked. */
  readonly addons?: readonly string[];
  /** Node → why it was not reached, in words. */
  readonly unreached?: ReadonlyMap<string, string>;
  /** Node → what to do about it, where its host says so. */
  readonly reachAdvice?: ReadonlyMap<string, string>;
  /** The cluster that the site's nodes are members of, where one answered. */
  readonly cluster?:
    | {
        readonly nodes: readonly {
          readonly name: string;
          readonly role: 'manager' | 'worker';
          readonly address?: string;
        }[];
        /** Addresses that its services have been given. */
        readonly givenAddresses: readonly string[];
        /** `site.yaml` of the last run on it, where this machine knows one. */
        readonly site?: string | undefined;
      }
    | undefined;
  /** The product's claims, where the cluster answered. */
  readonly claims?: readonly StandingClaim[] | undefined;
  /** Class → its provisioner, where the cluster answered. */
  readonly provisioners?: ReadonlyMap<string, string> | undefined;
  /** Whether a password was typed or given: one that lives in memory only is gone after a reboot of the workstation. */
  readonly passwordsInMemory?: boolean;
}
