import { stringify } from 'yaml';
import type { Machine } from '../model/machine.ts';
import { hexOf } from '../model/random.ts';
import type { ScenarioNode } from './schema.ts';

const ordinary = (content: string) => ({ content, mode: 0o644, owner: 'root:root' });

/** The files of a fresh Ubuntu 22.04 server, as far as they are read here. */
export function firstFiles(machine: Machine, node: ScenarioNode, identity: string): Machine['files'] {
  const files: Machine['files'] = {
    '/etc/os-release': ordinary(osRelease(node.os)),
    '/etc/hostname': ordinary(`${node.hostname}\n`),
    '/etc/machine-id': { content: `${hexOf(`machine-id/${identity}`, 32)}\n`, mode: 0o444, owner: 'root:root' },
    '/etc/hosts': ordinary(hosts(node.hostname)),
    '/etc/resolv.conf': ordinary('nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n'),
    '/etc/cloud/cloud.cfg': ordinary('preserve_hostname: false\nmanage_etc_hosts: false\n'),
    '/etc/netplan/50-cloud-init.yaml': { content: firstNetplan(node), mode: 0o600, owner: 'root:root' },
    ...(node.furtherInterfaces.length === 0
      ? {}
      : { '/etc/netplan/60-further.yaml': { content: furtherNetplan(node), mode: 0o600, owner: 'root:root' } }),
    '/etc/ssh/ssh_host_ed25519_key.pub': ordinary(`ssh-ed25519 ${machine.hostKey} root@${node.hostname}\n`),
    '/etc/default/locale': ordinary('LANG=C.UTF-8\n'),
  };
  if (node.packages.includes('open-iscsi')) {
    const name = `iqn.2004-10.com.ubuntu:01:${hexOf(`iscsi/${identity}`, 12)}`;
    files['/etc/iscsi/initiatorname.iscsi'] = { content: `InitiatorName=${name}\n`, mode: 0o600, owner: 'root:root' };
  }
  return files;
}

function hosts(hostname: string): string {
  return `127.0.0.1 localhost
127.0.1.1 ${hostname}

# The following lines are desirable for IPv6 capable hosts
::1     ip6-localhost ip6-loopback
fe00::0 ip6-localnet
ff00::0 ip6-mcastprefix
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
`;
}

function firstNetplan(node: ScenarioNode): string {
  const { mode, address, prefix, gateway, nameservers, search } = node.address;
  const notice = `# This file is generated from information provided by the datasource.  Changes
# to it will not persist across an instance reboot.  To disable cloud-init's
# network configuration capabilities, write a file
# /etc/cloud/cloud.cfg.d/99-disable-network-config.cfg with the following:
# network: {config: disabled}
network:
    ethernets:
        ${node.interface}:
`;
  if (mode === 'dhcp') return `${notice}            dhcp4: true\n    version: 2\n`;
  const searched = search.length === 0 ? '[]' : `\n${search.map((name) => `                - ${name}`).join('\n')}`;
  return `${notice}            addresses:
            - ${address}/${prefix}
            nameservers:
                addresses:${nameservers.length === 0 ? ' []' : `\n${nameservers.map((server) => `                - ${server}`).join('\n')}`}
                search: ${searched}
${furtherGateway(node) === undefined ? `            routes:\n            -   to: default\n                via: ${gateway}\n` : ''}    version: 2
`;
}

/** The gateway of the node that lies on a further interface; undefined where the first one has it. */
export function furtherGateway({
  furtherInterfaces,
}: ScenarioNode): { readonly via: string; readonly device: string } | undefined {
  const found = furtherInterfaces.find(({ gateway }) => gateway !== undefined);
  return found?.gateway === undefined ? undefined : { via: found.gateway, device: found.name };
}

function furtherNetplan({ furtherInterfaces }: ScenarioNode): string {
  const ethernets = Object.fromEntries(
    furtherInterfaces.map(({ name, address, prefix, gateway }) => [
      name,
      {
        addresses: [`${address}/${prefix}`],
        ...(gateway === undefined ? {} : { routes: [{ to: 'default', via: gateway }] }),
      },
    ]),
  );
  return stringify({ network: { ethernets, version: 2 } });
}

const osRelease = ({ id, versionId, name }: ScenarioNode['os']): string => `PRETTY_NAME="${name}"
NAME="${name.split(' ')[0]}"
VERSION_ID="${versionId}"
VERSION="${name.replace(/^\S+ /, '')}"
ID=${id}
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
SUPPORT_URL="https://help.ubuntu.com/"
BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"
PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"
`;
