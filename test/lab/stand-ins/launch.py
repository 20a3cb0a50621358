"""The launch configuration: what the services of this node are told from their first start on."""
import yaml
import certificates
from place import args, argument, put, set_argument

# key of the configuration → file of arguments
FILES = {'extraKubeAPIServerArgs': 'kube-apiserver', 'extraKubeControllerManagerArgs': 'kube-controller-manager', 'extraKubeSchedulerArgs': 'kube-scheduler',
         'extraKubeletArgs': 'kubelet', 'extraKubeProxyArgs': 'kube-proxy', 'extraCNIEnv': 'cni-env'}
NEWEST = [0, 2, 0]


def parts(text):
    """Its parts, each a dictionary. ValueError says why it is refused, in the agent's words."""
    try: found = [part for part in yaml.safe_load_all(text) if part]
    except yaml.YAMLError as broken: raise ValueError(f'could not parse configuration: yaml: {broken}'.partition('\n')[0]) from None
    for part in found:
        version = str(part.get('version', ''))
        numbers = version.split('.')
        if len(numbers) != 3 or not all(each.isdigit() for each in numbers): raise ValueError(f'could not parse config file version "{version}": could not parse "{version}" as version')
        if [int(each) for each in numbers] > NEWEST: raise ValueError(f'config file version is {version} but the maximum version supported is 0.2.0')
    return found


def apply(found):
    """Writes arguments and files. Says whether a service that runs has to start again."""
    changed = False
    for part in found:
        for name, content in (part.get('extraConfigFiles') or {}).items(): put(args / name, content)
        for key, service in FILES.items():
            for flag, value in (part.get(key) or {}).items():
                if set_argument(service, flag, None if value is None else str(value)) and service != 'cni-env': changed = True
        if part.get('extraSANs') is not None: certificates.write_template(part['extraSANs'])
    return changed


def take_ranges():
    """As the install hook generates the network's configuration: before the first start."""
    pods, services = argument('cni-env', 'IPv4_CLUSTER_CIDR'), argument('cni-env', 'IPv4_SERVICE_CIDR')
    if pods: set_argument('kube-proxy', '--cluster-cidr', pods)
    if services: set_argument('kube-apiserver', '--service-cluster-ip-range', services)
