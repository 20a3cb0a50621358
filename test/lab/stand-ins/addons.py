"""microk8s enable and disable. dns, ingress, metallb, rbac and hostpath-storage change the cluster; the manifests lie beside this file."""
import fcntl, os, pathlib, re, shutil, subprocess, sys, time
import yaml
import cluster, facts, services
from place import common, credentials, fault, hang, kwok, locked, locks, ours, run, set_argument, snap

METALLB = pathlib.Path('/opt/plane/metallb-native.yaml')  # upstream's own
CORE = facts.core()


def all_addons():
    try: seen = cluster.names()
    except OSError: seen = []
    on = lambda test: test == 'always' or os.path.exists(test) if test.startswith('/') or test == 'always' else any(test in name for name in seen)
    return [{'name': name, 'description': about, 'version': version, 'enabled': on(test)} for name, (about, version, test) in sorted(CORE.items())]


def named_in(text):
    """The addons of a launch configuration, as words for `enable`."""
    found = [addon for document in yaml.safe_load_all(text) if document for addon in document.get('addons') or []]
    return [[addon['name'], *addon.get('args', [])] for addon in found if not addon.get('disable')]


def requests(words):
    """(addon, arguments): inline `addon:arg:arg`, or one addon in Unix style. None when both are mixed."""
    if len(words) > 1 and (words[1].startswith('-') or not re.match(r'[a-z]', words[1]) or (words[1].partition(':')[0] not in CORE and words[1] not in facts.COMMUNITY)):
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
        print(f"Infer repository core for addon {words[0].partition(':')[0]}", file=sys.stderr)
        return facts.tell('argumentStyles')
    if len(asked) > 1: facts.tell('manyAddons')
    for name, arguments in asked:
        code = one(name, arguments, verb)
        if code is not None: return code
    return 0


def one(name, arguments, verb):
    """Returns the code to end with, or None to go on."""
    repository, _, short = name.rpartition('/')
    if repository and short not in CORE:
        facts.tell('addonNotFound', name=name)
        return None
    if short not in CORE:
        if short in facts.COMMUNITY: facts.tell('communityFlavor')
        return facts.tell('addonUnknown', name=short)
    if not repository: facts.tell('infer', name=short)
    if arguments[:1] == ['--'] or '--help' in arguments:
        print(f'Addon {short} does not yet have a help message.\nFor more information about it, visit https://microk8s.io/docs/addons')
        return None
    with open(locks / '.microk8s-addon-lock', 'w') as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        enabled = next(addon['enabled'] for addon in all_addons() if addon['name'] == short)
        if enabled == (verb == 'enable') and short not in ('helm', 'helm3'):
            facts.tell('alreadyEnabled' if verb == 'enable' else 'alreadyDisabled', name=short)
            return None
        work = {'enable': ENABLE, 'disable': DISABLE}[verb].get(short)
        if not work:
            print(f'{short}: not in the lab', file=sys.stderr)
            return 1
        if verb == 'enable' and fault('enable-hangs'): hang()
        return work(arguments) or None


def apply(name, verb='apply', **values):
    text = (METALLB if name == 'metallb' and not kwok() else ours / 'manifests' / f'{name}.yaml').read_text()
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
            facts.tell('notReached')
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
    print('CoreDNS service deployed with IP address 10.152.183.10')
    if not spread('kubelet', '--cluster-dns', '10.152.183.10') or not spread('kubelet', '--cluster-domain', 'cluster.local'): return 1
    wait_for_api()
    print('DNS is enabled')


def enable_ingress(arguments):
    for argument in arguments:
        if not argument.startswith('default-ssl-certificate='):
            return facts.tell('ingressArgument', name=argument.partition('=')[0])
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
            return facts.tell('notARange', value=each)
    print('Applying Metallb manifest')
    if kwok(): subprocess.run(cluster.kubectl('apply', '-f', '/opt/plane/crds'), check=True)
    if apply('metallb'): return 1
    print('Waiting for Metallb controller to be ready.')
    while subprocess.run(cluster.kubectl('wait', '-n', 'metallb-system', 'deployment.apps/controller', '--for=condition=Available', '--timeout=30s')).returncode:
        # Endless, but its own words end it where no one reads them any more, as they end the real script.
        print('MetalLB controller is still not ready', flush=True)
        time.sleep(1)
    while apply('metallb-pool', ranges=', '.join(f'"{each}"' for each in ranges)):
        print('Failed to create default address pool, will retry', flush=True)
        time.sleep(1)
    print('MetalLB is enabled')


def enable_rbac(arguments):
    print('Enabling RBAC\nReconfiguring apiserver')
    alone = not (credentials / 'callback-token.txt').exists()
    print('Restarting apiserver' if alone else 'Adding argument --authorization-mode to nodes.', flush=True)
    if not spread('kube-apiserver', '--authorization-mode', 'RBAC,Node'): return 1
    wait_for_api()
    print('RBAC is enabled')


def enable_hostpath(arguments):
    print('Enabling default storage class.\nWARNING: Hostpath storage is not suitable for production environments.\n         A hostpath volume can grow beyond the size limit set in the volume claim manifest.\n')
    if apply('hostpath'): return 1
    print('Storage will be available soon.')


def helm_is_there(arguments): print('Helm comes pre-installed with MicroK8s, and it is located in /snap/microk8s/current/bin/helm')


def removed(addon, manifest):
    def act(arguments):
        *before, last = facts.disabling(addon)
        print(*before, sep='\n')
        apply(manifest, 'delete')
        print(last)
    return act


def disable_rbac(arguments):
    print('Disabling RBAC\nReconfiguring apiserver')
    if not spread('kube-apiserver', '--authorization-mode', 'AlwaysAllow'): return 1
    wait_for_api()
    print('RBAC is disabled')


def disable_hostpath(arguments):
    if arguments != ['destroy-storage'] and input('Remove PVC storage at /var/snap/microk8s/common/default-storage ? (Y/N): ').lower() not in ('y', 'n'): return 1
    return removed('hostpath-storage', 'hostpath')(arguments)


def copy_core():
    """The addons of the snap that is installed become those that are enabled; a refresh leaves them as they were."""
    shutil.copytree(snap / 'addons/core', common / 'addons/core', dirs_exist_ok=True)


def repositories(words):
    if words == ['repo', 'update', 'core']: copy_core()
    if words[:2] == ['repo', 'list']: print('REPO       ADDONS SOURCE\ncore       {:>6} (built-in)'.format(len(CORE)))
    return 0


ENABLE = {'dns': enable_dns, 'ingress': enable_ingress, 'metallb': enable_metallb, 'rbac': enable_rbac, 'hostpath-storage': enable_hostpath, 'storage': enable_hostpath, 'helm': helm_is_there, 'helm3': helm_is_there}
DISABLE = {'dns': removed('dns', 'dns'), 'ingress': removed('ingress', 'ingress'), 'metallb': removed('metallb', 'metallb'), 'rbac': disable_rbac, 'hostpath-storage': disable_hostpath}
