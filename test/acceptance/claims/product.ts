// What is asked of the product.
import * as z from 'zod';
import { type Claim, elsewhere, expect, NotAsked } from '../claim.ts';
import { statusOf } from './cluster.ts';

/** Another reference of the customer, then stopped and started again: the volumes are the same. */
const lifeOfRelease: Claim = async (scene) => {
  const reference = `accepted-${Date.now().toString(36)}`;
  const updated = await scene.program(`update --set customer.reference=${reference}`);
  expect(updated.code === 0, `update ended with ${updated.code}: ${updated.stderr}`);
  const before = (await statusOf(scene)).claims.map(({ name }) => name);
  const stopped = await scene.program('stop');
  expect(stopped.code === 0, `stop ended with ${stopped.code}: ${stopped.stderr}`);
  expect((await scene.objects('deployments,statefulsets -n kloudspot')).length === 0, 'stop left workloads');
  const kept = (await scene.objects('pvc -n kloudspot')).map(({ metadata }) => metadata.name);
  const lost = before.filter((name) => !kept.includes(name));
  expect(lost.length === 0, `stop lost ${lost.join(', ')}`);
  const started = await scene.program('start');
  expect(started.code === 0, `start ended with ${started.code}: ${started.stderr}`);
  expect((await statusOf(scene)).verdict === 'ok', 'status is not ok after start');
};

const operatorsWords: Claim = async (scene) => {
  const [manager] = scene.managers;
  if (manager === undefined) throw new NotAsked('the site has no manager');
  const release = await scene.onNode(manager, 'microk8s helm3 status kloudspot -n kloudspot');
  expect(/^STATUS: deployed$/m.test(release.stdout), release.stdout.slice(0, 300) + release.stderr);
  const all = await scene.onNode(manager, 'microk8s kubectl get all -n kloudspot');
  for (const part of ['deployment.apps/kloudspot-web', 'service/kloudspot-web'])
    expect(all.stdout.includes(part), `no ${part}`);
};

const parts: Claim = async (scene) => {
  const { components, verdict, reasons } = await statusOf(scene);
  const open = components.filter(({ complete }) => !complete).map(({ name, words }) => `${name} ${words}`);
  expect(components.length > 0 && open.length === 0, `${verdict}: ${[...open, ...reasons].join('; ')}`);
  const [manager] = scene.managers;
  if (manager === undefined) return;
  // Helm looks for the logs of a hook under its own name, which no pod of a Job has: --logs fails where the test succeeded.
  const verified = await scene.onNode(manager, 'microk8s helm3 test kloudspot -n kloudspot --timeout 5m');
  expect(verified.code === 0, `helm test: ${verified.stdout}${verified.stderr}`);
};

const mounts: Claim = async (scene) => {
  const look = "findmnt -rn -t ext4,xfs -o TARGET | grep -c 'csi.*/mount$'; true";
  const counts = await scene.onEach(scene.managers, look);
  const found = counts.map(({ said }) => Number(said.stdout.trim()));
  expect(
    found.some((count) => count > 0),
    'no volume of a pod is mounted on any manager',
  );
};

const claimSize = z.looseObject({ capacity: z.object({ storage: z.string() }) });
const growth: Claim = async (scene) => {
  const kafka = async () => {
    const claims = await scene.objects('pvc -n kloudspot -l app.kubernetes.io/component=kafka');
    return claims.map(({ status }) => claimSize.parse(status).capacity.storage);
  };
  const [before] = await kafka();
  const gib = Number(/^(\d+)Gi$/.exec(before ?? '')?.[1]);
  if (!gib) throw new NotAsked('the product has no volume of Kafka');
  const { code, stderr } = await scene.program(`storage grow kafka ${gib + 1}`);
  expect(code === 0, `storage grow ended with ${code}: ${stderr}`);
  expect(
    (await kafka()).every((size) => size === `${gib + 1}Gi`),
    `sizes are ${(await kafka()).join(', ')}`,
  );
};

export const product: Readonly<Record<string, Claim>> = {
  R20: elsewhere('test/lab/chart'),
  R21: lifeOfRelease,
  R22: operatorsWords,
  R24: elsewhere('test/lab/package'),
  R25: elsewhere('test/flows/packages'),
  R26: elsewhere('test/cli/completion'),
  R28: elsewhere('test/flows/disk'),
  R29: parts,
  R30: mounts,
  R31: growth,
  R32: elsewhere('test/product/chart-login'),
  R33: elsewhere('test/kubernetes/render-chart'),
  R34: elsewhere('test/kubernetes/outside'),
  R35: elsewhere('test/lab/failing-pods: parts are broken there'),
};
