// What others would gather facts with, where it is installed: ansible (ansible-core) and pyinfra, both from pip. Bench only.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A node as these programs reach it: by key as a user that may become root without a password. */
interface PeerNode {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly key: string;
}

export interface Peer {
  readonly name: string;
  readonly words: readonly string[];
}

/** Not the same work: ansible's `setup` gathers more in some parts, pyinfra's eight facts are fewer than the probe's. */
export function peersOf(folder: string, nodes: readonly PeerNode[]): readonly Peer[] {
  return [ansible(folder, nodes), pyinfra(folder, nodes)];
}

function ansible(folder: string, nodes: readonly PeerNode[]): Peer {
  const inventory = join(folder, `ansible-${nodes.length}.ini`);
  const options = `-F none -o UserKnownHostsFile=${join(folder, 'known')} -o StrictHostKeyChecking=accept-new -o ControlMaster=no`;
  const lines = nodes.map(
    ({ name, address, port, user, key }) =>
      `${name} ansible_host=${address} ansible_port=${port} ansible_user=${user} ansible_ssh_private_key_file=${key} ansible_ssh_args="${options}"`,
  );
  writeFileSync(inventory, `${lines.join('\n')}\n`);
  return { name: 'ansible', words: ['ansible', 'all', '-i', inventory, '-m', 'setup', '-b', '-f', `${nodes.length}`] };
}

const facts = [
  'server.Os',
  'server.Kernel',
  'server.Hostname',
  'server.Mounts',
  'server.Sysctl',
  'hardware.Memory',
  'hardware.BlockDevices',
  'hardware.NetworkDevices',
];

function pyinfra(folder: string, nodes: readonly PeerNode[]): Peer {
  const inventory = join(folder, `pyinfra_${nodes.length}.py`);
  const hosts = nodes.map(({ name, address, port, user, key }) => {
    const data = { ssh_hostname: address, ssh_port: port, ssh_user: user, ssh_key: key };
    return `    (${JSON.stringify(name)}, {**${JSON.stringify(data)}, "_sudo": True, "ssh_strict_host_key_checking": "no"}),`;
  });
  writeFileSync(inventory, `nodes = [\n${hosts.join('\n')}\n]\n`);
  return { name: 'pyinfra', words: ['pyinfra', inventory, 'fact', ...facts] };
}
