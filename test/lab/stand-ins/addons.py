"""microk8s enable and disable. dns, ingress, metallb, rbac and hostpath-storage change the cluster; the manifests lie beside this file."""
import fcntl, re, subprocess, sys, time
import yaml
import cluster, services
from place import credentials, fault, hang, locked, locks, ours, run, set_argument

COMMUNITY = ['argocd', 'cilium', 'community-demo', 'istio', 'jaeger', 'keda', 'knative', 'linkerd', 'nfs', 'openebs', 'portainer', 'traefik']
# name: description, version, how it is seen to be enabled
CORE = {
    'cert-manager': ('Cloud native certificate management', 'v1.18.2', 'deployment.apps/cert-manager'),
    'cis-hardening': ('Apply CIS K8s hardening', '1.24', ''),
    'community': ('The community addons repository', '', ''),
    'dashboard': ('The Kubernetes dashboard', '2.7.0', 'deployment.apps/kubernetes-dashboard'),
    'dns': ('CoreDNS', '1.12.0', 'pod/coredns'),
    'ha-cluster': ('Configure high availability on the current node', '', 'lock'),
    'helm': ('Helm - the package manager for Kubernetes', '', 'always'),
    'helm3': ('Helm 3 - the package manager for Kubernetes', '', 'always'),
    'host-access': ('Allow Pods connecting to Host services smoothly', '', ''),
    'hostpath-storage': ('Storage class; allocates storage from host directory', '1.5.0', 'deployment.apps/hostpath-provisioner'),
    'ingress': ('Ingress controller for external access', '1.13.8', 'pod/nginx-ingress-microk8s-controller'),
    'kube-ovn': ('An advanced network fabric for Kubernetes', '1.10.0', ''),
    'mayastor': ('OpenEBS MayaStor', '2.0.0', ''),
    'metallb': ('Loadbalancer for your Kubernetes cluster', '0.15.2', 'pod/speaker'),
    'metrics-server': ('K8s Metrics Server for API access to service metrics', '0.7.2', 'deployment.apps/metrics-server'),
    'minio': ('MinIO object storage', '4.5.1', ''),
    'nvidia': ('NVIDIA hardware (GPU and network) support', '25.3.4', ''),
    'observability': ('A lightweight observability stack for logs, traces and metrics', '', 'deployment.apps/kube-prom-stack-grafana'),
    'prometheus': ('Prometheus operator for monitoring and logging', '', ''),
    'rbac': ('Role-Based Access Control for authorisation', '', 'clusterrole/cluster-admin'),
    'registry': ('Private image registry exposed on localhost:32000', '2.8.1', 'pod/registry'),
    'rook-ceph': ('Distributed Ceph storage using Rook', '1.18.7', ''),
    'storage': ('Alias to hostpath-storage add-on, deprecated', '1.5.0', 'deployment.apps/hostpath-provisioner'),
}


def all_addons():
    try: seen = cluster.names()
    except OSError: seen = []
    on = lambda test: test == 'always' or (test == 'lock' and locked('ha-cluster')) or ('/' in test and any(test in name for name in seen))
    return [{'name': name, 'description': about, 'version': version, 'enabled': on(test)} for name, (about, version, test) in sorted(CORE.items())]


def named_in(text):
    """The addons of a launch configuration, as words for `enable`."""
    found = [addon for document in yaml.safe_load_all(text) if document for addon in document.get('addons') or []]
    return [[addon['name'], *addon.get('args', [])] for addon in found if not addon.get('disable')]


def requests(words):
    """(addon, arguments): inline `addon:arg:arg`, or one addon in Unix style. None when both are mixed."""
    if len(words) > 1 and (words[1].startswith('-') or not re.match(r'[a-z]', words[1]) or (words[1].partition(':')[0] not in CORE and words[1] not in COMMUNITY)):
        return None if ':' in words[0] else [(words[0], words[1:])]
    return [(name, rest.split(':') if rest else []) for name, _, rest in (word.partition(':') for word in words)]


def enable(words): return each(words, 'enable')
def disable(words): return each(words, 'disable')


def each(words, verb):
    if not words:
        print(f'Usage: microk8s {verb} [OPTIONS] ADDONS...', f"Try 'microk8s {verb} --help' for help.", '', "Error: Missing argument 'ADDONS...'.", sep='\n', file=sys.stderr)
        return 2
    asked = requests(words)
    if asked is None:
        print("Can't pass string arguments and flag arguments simultaneously!\nOnly pass one of them.")
        return 1
    if len(asked) > 1: print('WARNING: Do not enable or disable multiple addons in one command.\n         This form of chained operations on addons will be DEPRECATED in the future.\n         Please, ' + verb + f' one addon at a time: \'microk8s {verb} <addon>\'')
    for name, arguments in asked:
        code = one(name, arguments, verb)
        if code is not None: return code
    return 0


def one(name, arguments, verb):
    """Returns the code to end with, or None to go on."""
    repository, _, short = name.rpartition('/')
    if repository and short not in CORE:
        print(f'Addon {name} not found')
        return None
    if short not in CORE:
        if short in COMMUNITY: print(f'To use the community maintained flavor enable the respective repository:\n\n    microk8s enable community\n')
        print(f'Addon {short} was not found in any repository', file=sys.stderr)
        return 1
    if not repository: print(f'Infer repository core for addon {short}', file=sys.stderr)
    if arguments[:1] == ['--'] or '--help' in arguments:
        print(f'Addon {short} does not yet have a help message.\nFor more information about it, visit https://microk8s.io/docs/addons')
        return None
    with open(locks / '.microk8s-addon-lock', 'w') as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        enabled = next(addon['enabled'] for addon in all_addons() if addon['name'] == short)
        if enabled == (verb == 'enable') and short not in ('helm', 'helm3'):
            print(f'Addon core/{short} is already {verb}d')
            return None
        work = {'enable': ENABLE, 'disable': DISABLE}[verb].get(short)
        if not work:
            print(f'{short}: not in the lab', file=sys.stderr)
            return 1
        if verb == 'enable' and fault('enable-hangs'): hang()
        return work(arguments) or None


def apply(name, verb='apply', **values):
    text = (ours / 'manifests' / f'{name}.yaml').read_text()
    for key, value in values.items(): text = text.replace('{' + key + '}', value)
    return subprocess.run(cluster.kubectl(verb, '-f', '-'), input=text, text=True).returncode


def spread(service, flag, value):
    """Sets a flag on every node of the cluster through its agent; one that is dead makes the addon fail half-way."""
    import entering
    callback = (credentials / 'callback-token.txt')
    if not callback.exists():
        if set_argument(service, flag, value): services.restart('kubelite')
        return True
    for node in cluster.nodes():
        body = {'callback': callback.read_text(), 'service': [{'name': service, 'arguments_update': [{flag: value}]}]}
        try: code, _ = entering.Agent(cluster.internal(node)).ask('/cluster/api/v1.0/configure', body)
        except OSError: code = 0
        if code != 200:
            print('Failed to reach node.')
            return False
    return True


def wait_for_api():
    time.sleep(1)
    for _ in range(120):
        if cluster.ready(): return
        time.sleep(0.5)


def enable_dns(arguments):
    for address in (arguments[0].split(',') if arguments else []):
        if not re.fullmatch(r'[\d.:a-fA-F]+', address) or run('ip', 'route', 'get', address, check=False).returncode:
            print(f'Your input value ({address}) is not a valid and reachable IP address')
            return 1
    print('Enabling DNS\nUsing ' + ('custom nameservers ' + arguments[0] if arguments else 'host configuration from /run/systemd/resolve/resolv.conf') + '\nApplying manifest')
    if apply('dns', servers=arguments[0].replace(',', ' ') if arguments else '8.8.8.8 8.8.4.4'): return 1
    print('Restarting kubelet')
    if not spread('kubelet', '--cluster-dns', '10.152.183.10') or not spread('kubelet', '--cluster-domain', 'cluster.local'): return 1
    wait_for_api()
    print('DNS is enabled')


def enable_ingress(arguments):
    for argument in arguments:
        if not argument.startswith('default-ssl-certificate='):
            print(f"Unknown argument '{argument}'.")
            return 1
    print('Enabling Ingress')
    if apply('ingress', certificate=''.join(f'\n            - --{argument}' for argument in arguments)): return 1
    print('Ingress is enabled')


def enable_metallb(arguments):
    print('Enabling MetalLB')
    if not arguments:
        if not sys.stdin.isatty(): return 1
        arguments = [input("Enter each IP address range delimited by comma (e.g. '10.64.140.43-10.64.140.49,192.168.0.105-192.168.0.111'): ")]
    ranges = arguments[0].split(',')
    for each in ranges:
        if not re.fullmatch(r'[\d.]+-[\d.]+|[\d.]+/\d+|[\da-fA-F:]+-[\da-fA-F:]+|[\da-fA-F:]+/\d+', each):
            print(f'Your input value ({each}) is not a valid IP Range')
            return 1
    print('Applying Metallb manifest')
    subprocess.run(cluster.kubectl('apply', '-f', '/opt/plane/crds'), check=True)
    if apply('metallb'): return 1
    print('Waiting for Metallb controller to be ready.')
    while subprocess.run(cluster.kubectl('wait', '-n', 'metallb-system', 'deployment.apps/controller', '--for=condition=Available', '--timeout=30s')).returncode: time.sleep(1)
    while apply('metallb-pool', ranges=', '.join(f'"{each}"' for each in ranges)): time.sleep(1)
    print('MetalLB is enabled')


def enable_rbac(arguments):
    print('Enabling RBAC\nReconfiguring apiserver')
    if not spread('kube-apiserver', '--authorization-mode', 'RBAC,Node'): return 1
    wait_for_api()
    print('RBAC is enabled')


def enable_hostpath(arguments):
    print('Enabling default storage class.\nWARNING: Hostpath storage is not suitable for production environments.\n         A hostpath volume can grow beyond the size limit set in the volume claim manifest.\n')
    if apply('hostpath'): return 1
    print('Storage will be available soon.')


def helm_is_there(arguments): print('Helm comes pre-installed with MicroK8s, and it is located in /snap/microk8s/current/bin/helm')


def removed(title, manifest):
    def act(arguments):
        print(f'Disabling {title}')
        apply(manifest, 'delete')
        print(f'{title} is disabled')
    return act


def disable_rbac(arguments):
    print('Disabling RBAC\nReconfiguring apiserver')
    if not spread('kube-apiserver', '--authorization-mode', 'AlwaysAllow'): return 1
    wait_for_api()
    print('RBAC is disabled')


def disable_hostpath(arguments):
    if arguments != ['destroy-storage'] and input('Remove PVC storage at /var/snap/microk8s/common/default-storage ? (Y/N): ').lower() not in ('y', 'n'): return 1
    return removed('Storage', 'hostpath')(arguments)


def repositories(words):
    if words[:2] == ['repo', 'list']: print('REPO       ADDONS SOURCE\ncore       {:>6} (built-in)'.format(len(CORE)))
    return 0


ENABLE = {'dns': enable_dns, 'ingress': enable_ingress, 'metallb': enable_metallb, 'rbac': enable_rbac, 'hostpath-storage': enable_hostpath, 'storage': enable_hostpath, 'helm': helm_is_there, 'helm3': helm_is_there}
DISABLE = {'dns': removed('CoreDNS', 'dns'), 'ingress': removed('Ingress', 'ingress'), 'metallb': removed('MetalLB', 'metallb'), 'rbac': disable_rbac, 'hostpath-storage': disable_hostpath}
