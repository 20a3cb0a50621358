import type { NodeFacts } from '../../facts/facts.ts';
import type { KernelFacts } from '../../facts/kernel.ts';
import { requirements } from '../../product/features.ts';
import { ownClass } from '../../storage/classes.ts';
import { type Provider, storageBehind } from '../../storage/engines/existing/providers.ts';
import { volumesFor } from '../../storage/volumes.ts';
import { kloudspot } from '../../text/command.ts';
import { listed } from '../../text/listed.ts';
import { type AboutNode, type Check, type CheckInput, fail, nodeCheck, type Outcome, pass, warn } from '../check.ts';

/** What the storage behind a class of the operator's own needs of each node. */
export const ownStorage: Check = nodeCheck(
  {
    id: 'own-storage',
    title: 'Storage of your own',
    why: 'Storage that kloudspot does not install needs modules, packages or memory on every node that mounts its volumes. Where one lacks, its pods start and volumes are never mounted there.',
    source:
      'https://openebs.io/docs; https://longhorn.io/docs/latest/deploy/install; https://rook.io/docs; https://microk8s.io/docs/how-to-nfs',
  },
  'kernel',
  (kernel, about): Outcome | readonly Outcome[] => {
    const { site, evidence } = about.input;
    const { known, unknown } = storageBehind(site.storage, evidence?.provisioners);
    if (known.length === 0 && unknown.length === 0) return pass('none', 'OpenEBS holds the volumes.');
    const lacking = known.flatMap((provider) => lackingOf(provider, kernel, about));
    if (lacking.length > 0) return lacking;
    const absent = classesToCome(about.input);
    if (absent.length > 0) return toCome(absent);
    const names = known.map(({ name }) => name).join(', ');
    if (unknown.length === 0) return pass(names, `What ${names} needs of the node is there.`);
    return pass(
      unknown.join(', '),
      `The provisioner of class ${unknown.join(', ')} is unknown: the step that tries it will show.`,
    );
  },
);

/** Classes of the operator's own on a cluster that this run builds and deploys to: nothing of the run makes them. */
function classesToCome({ site, product, facts, evidence }: CheckInput): readonly string[] {
  const stands = evidence?.cluster !== undefined || evidence?.provisioners !== undefined;
  if (stands || site.deploy !== 'now' || [...facts.values()].some(({ microk8s }) => microk8s?.installed)) return [];
  const declared = new Set(
    site.nodes.flatMap(({ volumes = [] }) => volumes.flatMap((each) => each.storageClass ?? [])),
  );
  const wanted = volumesFor(site, product).flatMap((volume) => ownClass(site.storage, volume.class) ?? []);
  return [...new Set(wanted)].filter((name) => !declared.has(name));
}

const toCome = (classes: readonly string[]): Outcome =>
  warn(
    'not there yet',
    `The cluster that is built does not have ${listed(classes)}: the run stops before the product.`,
    {
      advice: `Deploy later (deploy: later in site.yaml): install that storage once the cluster is built, then ${kloudspot('start')}`,
      field: ['storage'],
    },
  );

function lackingOf(provider: Provider, kernel: KernelFacts, about: AboutNode): Outcome[] {
  return [
    ...lackingModules(provider, kernel, about),
    ...lackingPackages(provider, about),
    ...lackingPages(provider, about),
    ...lackingCores(provider, about),
  ];
}

function lackingModules({ name, modules }: Provider, kernel: KernelFacts, { node, facts }: AboutNode): Outcome[] {
  return modules
    .filter((module) => ['missing', 'disabled'].includes(kernel.modules.get(module) ?? 'unknown'))
    .map((module) =>
      fail(`no ${module}`, `${node.name} has no kernel module ${module}, which ${name} mounts its volumes by.`, {
        wanted: module,
        advice: `sudo apt-get install linux-modules-extra-${facts.system?.kernel ?? '$(uname -r)'} && echo ${module} | sudo tee /etc/modules-load.d/${module}.conf && sudo modprobe ${module}`,
      }),
    );
}

function lackingPackages({ name, packages }: Provider, { node, facts }: AboutNode): Outcome[] {
  const installed: NonNullable<NodeFacts['packages']>['installed'] | undefined = facts.packages?.installed;
  if (installed === undefined) return [];
  return packages
    .filter((wanted) => !installed.includes(wanted))
    .map((wanted) =>
      fail(`no ${wanted}`, `${node.name} has no package ${wanted}, which ${name} mounts its volumes by.`, {
        wanted,
        advice: `sudo apt-get install ${wanted}`,
      }),
    );
}

/** Only nodes that hold its disks need them: that is not known here. */
function lackingPages({ name, hugePages }: Provider, { node, facts }: AboutNode): Outcome[] {
  const seen = facts.memory?.hugePages ?? 0;
  if (seen >= hugePages) return [];
  const settings = `vm.nr_hugepages = ${hugePages}`;
  return [
    warn(
      `${seen} huge pages`,
      `${node.name} sets aside ${seen} of the ${hugePages} huge pages of 2 MiB that ${name} takes where it has a disk.`,
      {
        wanted: String(hugePages),
        advice: `echo '${settings}' | sudo tee /etc/sysctl.d/60-hugepages.conf && sudo sysctl --system, then restart MicroK8s`,
      },
    ),
  ];
}

function lackingCores({ name, cores }: Provider, { node, facts, input }: AboutNode): Outcome[] {
  const { floor } = requirements(input.product, input.site.features, node.role);
  const seen = facts.cpu?.cores;
  if (cores === 0 || seen === undefined || seen >= floor.cores + cores) return [];
  return [
    warn(
      `${seen} cores`,
      `${node.name} has ${seen} cores: ${name} keeps ${cores} of them busy where it has a disk, and the product needs ${floor.cores}.`,
      { wanted: String(floor.cores + cores), advice: 'Give the machine more cores' },
    ),
  ];
}
