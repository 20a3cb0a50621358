"""Where MicroK8s keeps its files, and the locks that say what a node is."""
import json, os, pathlib, shutil, socket, subprocess, sys, time

snap = pathlib.Path('/snap/microk8s/current')
data = pathlib.Path('/var/snap/microk8s/current')
common = pathlib.Path('/var/snap/microk8s/common')
certs = data / 'certs'
credentials = data / 'credentials'
args = data / 'args'
backend = data / 'var/kubernetes/backend'
locks = data / 'var/lock'
programs = pathlib.Path('/opt/plane')
ours = pathlib.Path(__file__).resolve().parent

release = json.loads((ours / 'release.json').read_text())
VERSION, TRACK = release['version'], release['track']
REVISION = os.environ.get('SNAP_REVISION') or os.readlink(data)


def sudo():
    """The program that runs the scripts of `join` and `leave`, whatever user calls them; None where the node has none."""
    return shutil.which('sudo')


def as_root(script, words):
    """Runs one of the scripts through sudo, root too, so that sudo logs its arguments. Comes back only where there is no sudo."""
    if sudo() is None:
        print(f'{snap}/actions/common/utils.sh: line 99: sudo: command not found', file=sys.stderr)
        return 127
    os.environ.setdefault('SNAP_DATA', str(data))
    sys.stdout.flush()
    os.execvp(sudo(), ['sudo', *(['-E'] if takes_environment() else []), sys.executable, *script_words(script), *words])


def script_words(script): return [str(ours / f'{script}.py')]


def takes_environment():
    """Before 1.35 the scripts took their folders from the environment, which sudo-rs does not hand on."""
    return [int(part) for part in TRACK.split('.')] < [1, 35]


def begin_script():
    if takes_environment() and 'SNAP_DATA' not in os.environ: open('None/var/lock/join-in-progress', 'w')


def kwok():
    """Whether this node only says that its pods run, so that many nodes fit on one machine."""
    return pathlib.Path('/etc/lab/kwok').exists()


def locked(name): return (locks / name).exists()
def lock(name): put(locks / name, '')
def unlock(name): (locks / name).unlink(missing_ok=True)


def fault(name):
    """Whether a test wants this stand-in to misbehave in a way that the real one is known for."""
    return pathlib.Path('/etc/lab/faults', name).exists()


def hang():
    while True: time.sleep(60)


def put(path, text, mode=0o660):
    """Writes a file whole or not at all: the power may go at any time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + '.new')
    fresh.write_text(text)
    fresh.chmod(mode)
    os.replace(fresh, path)


def node_name(): return socket.gethostname().lower()
def worker(): return locked('clustered.lock')
def stopped(): return locked('stopped.lock')


def run(*words, check=True, input=None):
    return subprocess.run([str(word) for word in words], check=check, input=input, text=True, capture_output=True)


def default_address():
    """The address of the interface that the default route leaves by: what a kubelet takes for its own."""
    words = run('ip', '-4', 'route', 'get', '192.0.2.1', check=False).stdout.split()
    return words[words.index('src') + 1] if 'src' in words else 'none'


def addresses():
    """The node's own addresses, without those of its pods' network."""
    pods = (argument('cni-env', 'IPv4_CLUSTER_CIDR') or '10.1.0.0/16').split('.')[:2]
    return [each for each in run('hostname', '-I', check=False).stdout.split() if each.split('.')[:2] != pods]


def arguments(service):
    """The flags of a service, one a line, as MicroK8s keeps them."""
    path = args / service
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.strip().replace('${SNAP_DATA}', str(data)).replace('${SNAP_COMMON}', str(common)) for line in lines if line.strip() and not line.startswith('#')]


def argument(service, flag):
    for line in arguments(service):
        if line.split('=')[0] == flag: return line.partition('=')[2]
    return None


def set_argument(service, flag, value):
    """Sets a flag, or takes it away where value is None. Says whether anything changed."""
    before = arguments(service)
    after = [line for line in before if line.split('=')[0] != flag] + ([f'{flag}={value}'] if value is not None else [])
    put(args / service, '\n'.join(after) + '\n')
    return sorted(before) != sorted(after)


def until(seconds, attempt, pause=0.3):
    """Tries until something true comes back; None when the time is up."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = attempt()
            if found: return found
        except OSError: pass
        if time.monotonic() > end: return None
        time.sleep(pause)
