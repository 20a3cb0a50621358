import { sharedEngines } from './engines/engines.ts';
import type { AnyStepKind } from './step.ts';
import { addonDns } from './steps/addon-dns.ts';
import { addonIngress } from './steps/addon-ingress.ts';
import { addonMetallb } from './steps/addon-metallb.ts';
import { addonsUpdate, ingressRemoval } from './steps/addons-update.ts';
import { apiServer } from './steps/api-server.ts';
import { backup } from './steps/backup.ts';
import { bundleImages } from './steps/bundle-images.ts';
import { bundleParts } from './steps/bundle-parts.ts';
import { certificateRenewal } from './steps/certificate-renewal.ts';
import { classCheck } from './steps/class-check.ts';
import { clusterService } from './steps/cluster-service.ts';
import { controlOnly } from './steps/control-only.ts';
import { declaredClass } from './steps/declared-class.ts';
import { declaredVolume } from './steps/declared-volume.ts';
import { drain } from './steps/drain.ts';
import { drill } from './steps/drill.ts';
import { firewall } from './steps/firewall.ts';
import { firewallRemoval } from './steps/firewall-removal.ts';
import { groupBindings } from './steps/group-bindings.ts';
import { growClaims } from './steps/grow-claims.ts';
import { helmInstall } from './steps/helm-install.ts';
import { helmUninstall } from './steps/helm-uninstall.ts';
import { hostKeys } from './steps/host-keys.ts';
import { hostname } from './steps/hostname.ts';
import { hostsFile } from './steps/hosts-file.ts';
import { imagesAhead } from './steps/images-ahead.ts';
import { ingressService } from './steps/ingress-service.ts';
import { joinManager, joinWorker } from './steps/join.ts';
import { localVolumes } from './steps/local-volumes.ts';
import { microk8sInstall } from './steps/microk8s-install.ts';
import { namespaceKind } from './steps/namespace.ts';
import { network } from './steps/network.ts';
import { nodeLeave } from './steps/node-leave.ts';
import { ownIdentityKinds } from './steps/own-identity.ts';
import { packages } from './steps/packages.ts';
import { poolGroup } from './steps/pool-group.ts';
import { proxyKind } from './steps/proxy.ts';
import { proxyRemoval } from './steps/proxy-removal.ts';
import { reboot } from './steps/reboot.ts';
import { registrySecretKind } from './steps/registry-secret.ts';
import { releaseCheck } from './steps/release-check.ts';
import { respread } from './steps/respread.ts';
import { restore } from './steps/restore.ts';
import { rollout } from './steps/rollout.ts';
import { settled } from './steps/settled.ts';
import { sharedVolume } from './steps/shared-volume.ts';
import { snapDownload } from './steps/snap-download.ts';
import { snapRefresh } from './steps/snap-refresh.ts';
import { storageClass } from './steps/storage-class.ts';
import { storageEngine } from './steps/storage-engine.ts';
import { tlsSecret } from './steps/tls-secret.ts';
import { tuning } from './steps/tuning.ts';
import { voters } from './steps/voters.ts';
import { chart, values } from './steps/written-files.ts';

const all: readonly AnyStepKind[] = [
  proxyKind,
  proxyRemoval,
  bundleParts,
  bundleImages,
  packages,
  reboot,
  hostname,
  hostsFile,
  network,
  tuning,
  firewall,
  firewallRemoval,
  ...ownIdentityKinds,
  hostKeys,
  microk8sInstall,
  releaseCheck,
  joinManager,
  joinWorker,
  voters,
  controlOnly,
  addonDns,
  apiServer,
  groupBindings,
  addonIngress,
  addonMetallb,
  imagesAhead,
  ingressService,
  clusterService,
  declaredVolume,
  poolGroup,
  sharedVolume,
  storageEngine,
  classCheck,
  ...Object.values(sharedEngines).flatMap(({ kinds }) => kinds),
  storageClass,
  declaredClass,
  growClaims,
  namespaceKind,
  tlsSecret,
  registrySecretKind,
  values,
  chart,
  helmInstall,
  rollout,
  helmUninstall,
  backup,
  drain,
  localVolumes,
  nodeLeave,
  settled,
  restore,
  certificateRenewal,
  respread,
  drill,
  snapRefresh,
  snapDownload,
  ingressRemoval,
  addonsUpdate,
];

/** Every kind of step by its name: how a plan on disk comes back to life. */
export const stepKinds: ReadonlyMap<string, AnyStepKind> = new Map(all.map((kind) => [kind.kind, kind]));
