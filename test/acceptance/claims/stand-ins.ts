// What only machines with Ubuntu, the store's snap and the real images can show: where the lab has stand-ins.
import { type Claim, elsewhere, expect } from '../claim.ts';
import type { Scene } from '../scene.ts';

/** Holds where the command prints what is expected on each manager. */
const printed =
  (command: string, wanted: RegExp, what: string): Claim =>
  async (scene: Scene) => {
    for (const { node, said } of await scene.onEach(scene.managers, command))
      expect(wanted.test(said.stdout), `${node.name}: ${what}: ${said.stdout.slice(0, 300)}${said.stderr}`);
  };

const images = 'microk8s kubectl get pods -A -o jsonpath="{..imageID}"';

export const standIns: Readonly<Record<string, Claim>> = {
  S1: printed('snap list microk8s', /^microk8s .*\bcanonical/m, 'the snap is not from the store'),
  S2: printed('cat /snap/microk8s/current/scripts/wrappers/join.py', /import/, "these are not MicroK8s' own scripts"),
  S3: printed('cat /var/snap/microk8s/current/var/kubernetes/backend/cluster.yaml', /Role: 0/, 'dqlite names no voter'),
  S4: printed(images, /(mongo|kafka|nginx|zookeeper)@sha256/, "the product's images were not pulled"),
  S5: printed(images, /(ingress-nginx\/controller|traefik)@sha256/, 'no ingress controller of a release'),
  S6: printed(images, /openebs\/[a-z-]+@sha256/, 'no images of OpenEBS'),
  S7: printed('uname -r; uptime -s; ls /boot/vmlinuz-* | sort -V | tail -1', /\n.*vmlinuz/, 'no kernel of its own'),
  S8: printed('. /etc/os-release; echo $ID; cloud-init status; ufw status', /^ubuntu\n/, 'not Ubuntu'),
  S9: printed(images, /calico\/node@sha256/, 'no Calico'),
  S10: printed(
    'grep -c -e "^--node-ip=" /var/snap/microk8s/current/args/kubelet',
    /^1$/m,
    'the kubelet has no address',
  ),
  S11: printed(
    'cat /var/snap/microk8s/current/var/kubernetes/backend/failure-domain',
    /^\d+$/m,
    'the datastore has no failure domain',
  ),
  S12: elsewhere('test/flows/dead-ends kills joins at each of their stages'),
  S13: printed(
    'curl -fsS https://openebs-archive.github.io/cstor-operators/index.yaml',
    /^ {4}version: 3\.6\.0$/m,
    'the repository of cStor does not offer it',
  ),
  S14: elsewhere(
    'test/flows/bundle installs from a bundle; on machines: bundle create, and init --bundle with the uplink cut',
  ),
};
