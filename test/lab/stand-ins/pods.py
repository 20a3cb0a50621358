"""Containers on this node: containerd's files, the pods' network, and the end of all pods."""
import os, pathlib, shutil, signal, subprocess, time
import cluster
from place import args, common, data, default_address, argument, put, run

ROOT, STATE, SOCKET = common / 'var/lib/containerd', common / 'run/containerd', common / 'run/containerd.sock'
KUBELET = common / 'var/lib/kubelet'
CONFIG = args / 'containerd.toml'
LEASES = pathlib.Path('/var/lib/cni')
GROUPS = [pathlib.Path('/sys/fs/cgroup', each, 'kubepods') for each in ('', 'pids')]  # version 2, version 1
REGISTRY = 'http://10.78.0.1:5000'


TUNNEL, BRIDGE = 'vxlan.calico', 'cali0'  # names that Calico gives, for what looks at a node's interfaces


def subnet(address): return f'{base(address)}/24'
def base(address): return f"{'.'.join(reach().split('.')[:2])}.{address.split('.')[-1]}.0"
def reach(): return argument('cni-env', 'IPv4_CLUSTER_CIDR') or '10.1.0.0/16'  # of all pods, a /16
def hardware(address): return '66:ca:' + ':'.join(f'{int(part):02x}' for part in address.split('.'))


def prepare():
    """The files of MicroK8s' containerd. After a boot nothing of the last one's containers is left."""
    boot = pathlib.Path('/proc/sys/kernel/random/boot_id').read_text()
    seen = data / 'var/lock/last-start-date'
    if not seen.exists() or seen.read_text() != boot:
        shutil.rmtree(STATE, ignore_errors=True)
        shutil.rmtree(LEASES, ignore_errors=True)
        put(seen, boot)
    for folder in ROOT, STATE, KUBELET / 'volumeplugins': folder.mkdir(parents=True, exist_ok=True)
    put(CONFIG, f'''version = 2
root = "{ROOT}"
state = "{STATE}"
[grpc]
  address = "{SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{args}/cni-network"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{args}/certs.d"
''')
    put(args / 'certs.d/_default/hosts.toml', f'server = "{REGISTRY}"\n[host."{REGISTRY}"]\n  capabilities = ["pull", "resolve"]\n')
    put(args / 'cni-network/10-lab.conflist', f'''{{"cniVersion": "1.0.0", "name": "lab", "plugins": [
 {{"type": "bridge", "bridge": "{BRIDGE}", "mtu": 1450, "isGateway": true, "ipMasq": false, "hairpinMode": true,
  "ipam": {{"type": "host-local", "ranges": [[{{"subnet": "{subnet(own_address())}"}}]], "routes": [{{"dst": "0.0.0.0/0"}}]}}}},
 {{"type": "portmap", "capabilities": {{"portMappings": true}}}}]}}
''')
    settings = ['net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0', 'net.bridge.bridge-nf-call-iptables=1']
    for setting in settings: run('sysctl', '-qw', setting, check=False)


def own_address(): return argument('kubelet', '--node-ip') or default_address()


def keep_routes():
    """Ways to the pods of the other nodes, in a tunnel as Calico's. Laid over and over: what changes the network takes them away."""
    while True:
        try:
            others = {cluster.internal(node) for node in cluster.nodes()} - {own_address(), None}
            if others: tunnel(own_address())
            for address in others:
                run('ip', 'neighbour', 'replace', base(address), 'lladdr', hardware(address), 'dev', TUNNEL, 'nud', 'permanent', check=False)
                run('bridge', 'fdb', 'replace', hardware(address), 'dev', TUNNEL, 'dst', address, check=False)
                run('ip', 'route', 'replace', subnet(address), 'via', base(address), 'dev', TUNNEL, 'onlink', check=False)
        except OSError: pass
        time.sleep(3)


def tunnel(own):
    if f' {base(own)}/32 ' in run('ip', '-o', 'address', 'show', TUNNEL, check=False).stdout: return
    run('ip', 'link', 'delete', TUNNEL, check=False)
    run('ip', 'link', 'add', TUNNEL, 'address', hardware(own), 'mtu', 1450, 'type', 'vxlan', 'id', 4096, 'local', own, 'dstport', 4789, 'nolearning', check=False)
    run('ip', 'address', 'add', f'{base(own)}/32', 'dev', TUNNEL, check=False)
    run('ip', 'link', 'set', TUNNEL, 'up', check=False)


def end_all():
    """Ends every pod on this node at once, and takes its mounts and its network away."""
    if not STATE.exists(): return  # never ran here: containers that others run are none of ours
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        try: words = (path / 'cmdline').read_text()
        except OSError: continue
        if 'containerd-shim' in words.partition('\0')[0] and str(SOCKET) in words: kill(int(path.name))
    for _ in range(20):
        living = [int(pid) for groups in GROUPS for path in groups.glob('**/cgroup.procs') for pid in read(path).split()]
        if not living: break
        for pid in living: kill(pid)
        time.sleep(0.1)
    mounts = [line.split()[4] for line in read('/proc/self/mountinfo').splitlines()]
    for mount in reversed(mounts):
        if mount.startswith((f'{common}/run/', f'{KUBELET}/')): run('umount', '-l', mount, check=False)
    for space in pathlib.Path('/run/netns').glob('cni-*'): run('ip', 'netns', 'delete', space.name, check=False)
    for device in BRIDGE, TUNNEL: run('ip', 'link', 'delete', device, check=False)
    shutil.rmtree(STATE, ignore_errors=True)
    shutil.rmtree(LEASES, ignore_errors=True)
    shutil.rmtree(KUBELET / 'pods', ignore_errors=True)
    for name in 'cpu_manager_state', 'memory_manager_state': (KUBELET / name).unlink(missing_ok=True)


def kill(pid):
    try: os.kill(pid, signal.SIGKILL)
    except ProcessLookupError: pass


def read(path):
    try: return pathlib.Path(path).read_text()
    except OSError: return ''
