import type { KernelFacts } from '../../../source/facts/facts.ts';
import { healthyFacts, healthySite } from '../../facts-fixtures.ts';
import { type Case, fromKs1ToKs2, installed, onNode1 } from './case.ts';

const kernel = healthyFacts('ks-1').kernel;
const withModule = (name: string, state: 'disabled' | 'missing' | 'unknown'): Partial<KernelFacts> => ({
  modules: new Map([...(kernel?.modules ?? []), [name, state]]),
});
const on = { nodes: ['ks-1'] };
const dropping = [{ table: 'inet filter', chain: 'input', hook: 'input' as const }];
const behindProxy = (noProxy: string) =>
  onNode1('services', {
    proxies: new Map([
      ['https_proxy', 'http://proxy.acme.eu:3128'],
      ['no_proxy', noProxy],
    ]),
  });

/** What stands in a cluster's way on the node itself. */
export const conditionCases: readonly Case[] = [
  {
    ...on,
    check: 'kernel-modules',
    what: 'a container, which has no list',
    grade: 'warn',
    says: /no list of its kernel's modules: vxlan/,
    facts: onNode1('kernel', withModule('vxlan', 'unknown')),
  },
  {
    ...on,
    check: 'kernel-modules',
    what: 'one is missing',
    grade: 'fail',
    says: /br_netfilter for .* is missing/,
    facts: onNode1('kernel', withModule('br_netfilter', 'missing')),
  },
  {
    ...on,
    check: 'kernel-modules',
    what: 'one is switched off',
    grade: 'fail',
    says: /vxlan for .* is switched off/,
    facts: onNode1('kernel', withModule('vxlan', 'disabled')),
  },
  {
    ...on,
    check: 'kernel-modules',
    what: 'iSCSI where no volume needs it',
    grade: 'pass',
    says: /All of them/,
    facts: onNode1('kernel', withModule('iscsi_tcp', 'missing')),
    site: {
      storage: {
        ...healthySite().storage,
        shared: { ...healthySite().storage.shared, engine: 'existing', storageClass: 'nfs' },
      },
    },
  },
  {
    ...on,
    check: 'cgroup-controllers',
    what: 'no memory controller',
    grade: 'fail',
    says: /no controller for memory/,
    facts: onNode1('kernel', { controllers: ['cpu', 'pids'] }),
  },
  {
    ...on,
    check: 'kernel-settings',
    what: 'the few watches of a fresh Ubuntu',
    grade: 'warn',
    says: /max_user_instances is 128, 1024/,
    facts: onNode1('kernel', { settings: new Map([['fs.inotify.max_user_instances', 128]]) }),
  },
  {
    ...on,
    check: 'kernel-settings',
    what: 'asynchronous requests that are nearly all taken',
    grade: 'warn',
    says: /aio-max-nr is 65536/,
    facts: onNode1('kernel', {
      settings: new Map([
        ['fs.aio-max-nr', 65_536],
        ['fs.aio-nr', 65_000],
      ]),
    }),
  },
  {
    ...on,
    check: 'other-runtimes',
    what: 'another Kubernetes',
    grade: 'fail',
    says: /another Kubernetes: k3s/,
    facts: onNode1('services', { active: ['k3s'] }),
  },
  {
    ...on,
    check: 'other-runtimes',
    what: 'docker',
    grade: 'warn',
    says: /docker and containerd/,
    facts: onNode1('services', { active: ['docker', 'containerd'] }),
  },
  {
    ...on,
    check: 'firewall',
    what: 'ufw',
    grade: 'warn',
    says: /ufw is active/,
    facts: onNode1('services', { firewall: { ufw: true, dropping } }),
  },
  {
    ...on,
    check: 'firewall',
    what: 'firewalld',
    grade: 'warn',
    says: /firewalld is active/,
    facts: onNode1('services', { active: ['firewalld'] }),
  },
  {
    ...on,
    check: 'firewall',
    what: 'a chain of nftables that drops',
    grade: 'warn',
    says: /inet filter input/,
    facts: onNode1('services', { firewall: { ufw: false, dropping } }),
  },
  {
    ...on,
    check: 'multipath',
    what: 'as Ubuntu installs it',
    grade: 'warn',
    says: /takes volumes/,
    facts: onNode1('services', {
      active: ['multipathd'],
      multipathBlacklist: 'blacklist {\n\tdevnode "!^(sd[a-z]|dasd[a-z]|nvme[0-9])"\n}\n',
    }),
  },
  {
    ...on,
    check: 'multipath',
    what: 'with iSCSI on its blacklist',
    grade: 'pass',
    says: /by iSCSI/,
    facts: onNode1('services', {
      active: ['multipathd'],
      multipathBlacklist: 'blacklist {\n\tprotocol "scsi:iscsi"\n}\n',
    }),
  },
  {
    ...on,
    check: 'multipath',
    what: 'with plain disks on its blacklist',
    grade: 'pass',
    says: /by iSCSI/,
    facts: onNode1('services', {
      active: ['multipathd'],
      multipathBlacklist: 'blacklist {\n\tdevnode "^sd[a-z0-9]+"\n}\n',
    }),
  },
  {
    ...on,
    check: 'proxies',
    what: 'nodes and cluster networks go to the proxy',
    grade: 'fail',
    says: /does not name 192.168.1.101, .*10.1.0.0\/16, 10.152.183.0\/24/,
    facts: behindProxy('localhost,127.0.0.1'),
  },
  {
    ...on,
    check: 'proxies',
    what: 'all of them are named by networks',
    grade: 'pass',
    says: /names the nodes/,
    facts: behindProxy('localhost,192.168.1.0/24,10.0.0.0/8'),
  },
  {
    ...on,
    check: 'dns-servers',
    what: 'more than are asked',
    grade: 'warn',
    says: /has 4 name servers/,
    facts: onNode1('network', { nameservers: ['192.168.1.1', '192.168.1.2', '192.168.1.3', '192.168.1.4'] }),
  },
  {
    ...on,
    check: 'snapd',
    what: 'not seeded yet',
    grade: 'fail',
    says: /not yet seeded/,
    facts: onNode1('packages', {
      snapdProblem: 'error: too early for operation, device not yet seeded or device model not acknowledged',
    }),
  },
  {
    ...on,
    check: 'snapd',
    what: 'down',
    grade: 'fail',
    says: /connection refused/,
    facts: onNode1('packages', {
      snapdProblem: 'error: cannot list snaps: dial unix /run/snapd.socket: connect: connection refused',
    }),
  },
  {
    ...on,
    check: 'microk8s',
    what: 'a broken snap',
    grade: 'fail',
    says: /is broken: snapd cannot mount it/,
    facts: onNode1('microk8s', { ...installed, channel: '-', version: '-', running: false, broken: true }),
  },
  {
    check: 'pair-ports',
    what: 'a firewall that drops, of which nothing is known',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /ks-1 does not reach ks-2 on 16443\/tcp \(API server\): no answer comes back/,
    evidence: fromKs1ToKs2({ ports: { 'tcp 16443': 'silent', 'tcp 25000': 'open' } }),
  },
  {
    check: 'pair-ports',
    what: 'a port that something has for itself alone',
    grade: 'pass',
    nodes: [],
    says: /reaches every other/,
    evidence: fromKs1ToKs2({ ports: { 'tcp 25000': 'refused', 'udp 4789': 'silent' } }, ['tcp 25000', 'udp 4789']),
  },
  {
    check: 'pair-ports',
    what: 'nobody was asked',
    grade: 'warn',
    nodes: ['ks-1', 'ks-2', 'ks-3'],
    says: /not asked from ks-1, ks-2, ks-3/,
    evidence: { pairs: new Map() },
  },
  {
    check: 'path-mtu',
    what: 'a tunnel between two nodes',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /packets of 1450 bytes pass, and 1500 do not/,
    evidence: fromKs1ToKs2({ mtu: 1450 }),
  },
  {
    check: 'pair-names',
    what: 'a name server that knows another machine of that name',
    grade: 'warn',
    nodes: ['ks-1', 'ks-2'],
    says: /the name ks-2 leads to 10.9.9.9/,
    evidence: fromKs1ToKs2({ resolves: ['10.9.9.9', '192.168.1.102'] }),
  },
];
