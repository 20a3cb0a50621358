// The programs of the control plane, built from Go modules alone.
//   plane                 etcd 3.6, API server, controllers, scheduler, kubelet, kube-proxy, kubectl
//   helm
//   coredns, csi, pause   what runs in pods
//   nginx-ingress-controller, ingress-nginx   ingress-nginx 1.11, the one that the module proxy has, with its templates and Lua
//   kwok                  in the kubelet's place, for many nodes: keeps a node's lease and moves its pods through their life
//   controller, speaker   MetalLB, the version of the MicroK8s 1.34 addon
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietly } from './hub.ts';
import { here } from './place.ts';

export const kubernetes = '1.34.4';
const source = join(here, 'plane');
const slim = '-s -w';
const version = 'k8s.io/component-base/version';
const flags = `${slim} -X ${version}.gitVersion=v${kubernetes} -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`;
const kwok = 'sigs.k8s.io/kwok';
const metallb = 'go.universe.tf/metallb';
const versions = { [kwok]: 'v0.8.0', [metallb]: 'v0.15.2', 'helm.sh/helm/v3': 'v3.19.5' };
const programs = ['helm.sh/helm/v3/cmd/helm', `${kwok}/cmd/kwok`, `${metallb}/controller`, `${metallb}/speaker`];
/** Programs of ours, and CoreDNS with the few plugins that a cluster needs. */
const inPods = ['coredns', 'csi', 'pause'];
const ingress = 'k8s.io/ingress-nginx';
const stages = ['node/fast/node-initialize', 'node/heartbeat-with-lease/node-heartbeat-with-lease'].concat([
  'pod/fast/pod-ready',
  'pod/fast/pod-complete',
  'pod/fast/pod-delete',
]);

const sources = ['main.go', 'go.mod', 'go.sum', 'process-exporter/name.go', 'process-exporter/proc/proc.go'];

export const planeRecipe = () =>
  JSON.stringify([
    flags,
    versions,
    ingress,
    programs,
    stages,
    ...[...sources, ...inPods.map((name) => `${name}/main.go`)].map((file) => readFileSync(join(source, file), 'utf8')),
  ]);

export async function buildPlane(folder: string, say: (line: string) => void): Promise<void> {
  const go = quietly({
    env: {
      ...process.env,
      PATH: `${process.env['PATH']}:/usr/local/go/bin`,
      CGO_ENABLED: '0',
      GOFLAGS: '-trimpath',
      GOBIN: folder,
    },
  });
  await quietly`mkdir -p ${folder}/stages ${folder}/crds`;
  say('lab: … etcd, API server, controllers, scheduler, kubelet, kube-proxy, kubectl');
  await go`go build -C ${source} -o ${folder}/plane -ldflags ${flags} .`;
  say(`lab: … ${inPods.join(', ')}`);
  await go`go build -C ${source} -o ${folder}/ -ldflags ${slim} ${inPods.map((name) => `./${name}`)}`;
  say(`lab: … ${ingress}`);
  await go`go build -C ${source} -o ${folder}/nginx-ingress-controller -ldflags ${slim} ${ingress}/cmd/nginx`;
  const ingressFolder = (await go`go list -C ${source} -m -f {{.Dir}} ${ingress}`).stdout.trim();
  await quietly`cp -r ${ingressFolder}/rootfs/etc/nginx ${folder}/ingress-nginx`;
  for (const program of programs) {
    say(`lab: … ${program}`);
    const module = Object.entries(versions).find(([name]) => program.startsWith(name));
    await go`go install -ldflags ${slim} ${program}@${module?.[1]}`;
  }
  const cache = (await go`go env GOMODCACHE`).stdout.trim();
  for (const stage of stages)
    await quietly`cp ${cache}/${kwok}@${versions[kwok]}/kustomize/stage/${stage}.yaml ${folder}/stages/`;
  await quietly`cp ${cache}/${metallb}@${versions[metallb]}/config/crd/bases/. ${folder}/crds/ -r`;
  await quietly`cp ${cache}/${metallb}@${versions[metallb]}/config/manifests/metallb-native.yaml ${folder}/`;
  await quietly`chmod -R u+w ${folder}`;
}
