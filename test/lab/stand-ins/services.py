"""The services of an installed MicroK8s: snapd's own systemd units, real programs behind them."""
import shutil
import certificates, facts, pods, store
from place import args, backend, certs, credentials, locks, lock, put, run, unlock, worker

PREFIX = 'snap.microk8s.daemon-'
# unit, what runs, whether on managers, whether on workers
SERVICES = [
    ('k8s-dqlite', 'datastore', True, False),
    ('kubelite', 'kubelite', True, True),
    ('containerd', 'containerd', True, True),
    ('cluster-agent', 'agent', True, True),
    ('apiserver-proxy', 'proxy', False, True),
    ('apiserver-kicker', 'kicker', True, False),
]
IDLE = ['etcd', 'flanneld']


def wanted(): return [name for name, _, manager, on_worker in SERVICES if (on_worker if worker() else manager)]


def unwanted(): return [name for name, *_ in SERVICES if name not in wanted()] + IDLE


def control(verb, *names, check=True):
    return run('systemctl', *verb.split(), *[PREFIX + name for name in names], check=check)


def start():
    control('disable --now -q', *unwanted(), check=False)
    control('enable --now -q --no-block', *wanted())


def stop():
    control('disable --now -q', *[name for name, *_ in SERVICES], check=False)
    pods.end_all()


def restart(*names): control('restart --no-block', *[name for name in names if name in wanted()])


def active(name): return control('is-active -q', name, check=False).returncode == 0


def lay_out():
    """The files of a fresh node: a cluster of one, with an authority of its own."""
    for folder in (args, certs, credentials, locks, backend): folder.mkdir(parents=True, exist_ok=True)
    for name in facts.known['node']['freshMarks']: lock(name)
    default_arguments()
    certificates.authority()
    certificates.server()
    certificates.clients()
    for name in 'cluster-tokens.txt', 'callback-tokens.txt': put(credentials / name, '')
    store.fresh('127.0.0.1')


def default_arguments():
    """Those of the snap, for each service that has none."""
    flags = {
        'kube-apiserver': ['--etcd-servers=http://127.0.0.1:12379', '--secure-port=16443', '--bind-address=0.0.0.0', '--service-cluster-ip-range=10.152.183.0/24',
                           '--authorization-mode=AlwaysAllow', '--allow-privileged=true', '--service-account-issuer=https://kubernetes.default.svc',
                           '--service-account-key-file=${SNAP_DATA}/certs/serviceaccount.key', '--service-account-signing-key-file=${SNAP_DATA}/certs/serviceaccount.key',
                           '--kubelet-client-certificate=${SNAP_DATA}/certs/client.crt', '--kubelet-client-key=${SNAP_DATA}/certs/client.key',
                           '--client-ca-file=${SNAP_DATA}/certs/ca.crt', '--tls-cert-file=${SNAP_DATA}/certs/server.crt', '--tls-private-key-file=${SNAP_DATA}/certs/server.key',
                           '--requestheader-client-ca-file=${SNAP_DATA}/certs/front-proxy-ca.crt', '--proxy-client-cert-file=${SNAP_DATA}/certs/front-proxy-client.crt',
                           '--proxy-client-key-file=${SNAP_DATA}/certs/front-proxy-client.key', '--kubelet-preferred-address-types=InternalIP,Hostname,InternalDNS,ExternalDNS,ExternalIP'],
        'kube-controller-manager': ['--kubeconfig=${SNAP_DATA}/credentials/client.config', '--service-account-private-key-file=${SNAP_DATA}/certs/serviceaccount.key',
                                    '--root-ca-file=${SNAP_DATA}/certs/ca.crt', '--use-service-account-credentials', '--leader-elect-lease-duration=6s', '--leader-elect-renew-deadline=4s',
                                    '--leader-elect-retry-period=1s', '--node-monitor-period=1s', '--node-monitor-grace-period=8s'],
        'kube-scheduler': ['--kubeconfig=${SNAP_DATA}/credentials/client.config', '--leader-elect-lease-duration=6s', '--leader-elect-renew-deadline=4s', '--leader-elect-retry-period=1s'],
        'kubelet': ['--kubeconfig=${SNAP_DATA}/credentials/kubelet.config', '--cluster-dns=10.152.183.10', '--cluster-domain=cluster.local', '--read-only-port=0',
                    '--cert-dir=${SNAP_DATA}/certs', '--client-ca-file=${SNAP_DATA}/certs/ca.crt', '--anonymous-auth=false', '--authentication-token-webhook=true',
                    '--root-dir=${SNAP_COMMON}/var/lib/kubelet', '--container-runtime-endpoint=${SNAP_COMMON}/run/containerd.sock', '--serialize-image-pulls=false',
                    '--eviction-hard=memory.available<100Mi,nodefs.available<1Gi,imagefs.available<1Gi', '--resolv-conf=/run/systemd/resolve/resolv.conf'],
        'cluster-agent': ['cluster-agent', '--bind=0.0.0.0:25000'], 'containerd-env': [], 'k8s-dqlite': ['--storage-dir=${SNAP_DATA}/var/kubernetes/backend/'], 'kubectl': [], 'ha-conf': ['failure-domain=1'],
        'kube-proxy': ['--cluster-cidr=10.1.0.0/16'], 'cni-env': ['CNI=calico', 'IPv4_SUPPORT=true', 'IPv4_CLUSTER_CIDR=10.1.0.0/16', 'IPv4_SERVICE_CIDR=10.152.183.0/24'],
    }
    for service, lines in flags.items():
        if not (args / service).exists(): put(args / service, '\n'.join(lines) + '\n')


def reset():
    """Leaves whatever cluster this node was in: new authority, empty store, no addons. A worker's kubelet and proxy go back to the arguments of the snap."""
    stop()
    if worker():
        for name in 'kubelet', 'kube-proxy': (args / name).unlink(missing_ok=True)
    kept = certs / 'csr.conf.template'
    names = kept.read_text() if kept.exists() else None
    for path in (certs, credentials, backend): shutil.rmtree(path, ignore_errors=True)
    if names: put(kept, names)
    for name in 'clustered.lock', 'no-k8s-dqlite', 'no-cert-reissue', 'join-in-progress': unlock(name)
    lay_out()
    start()
