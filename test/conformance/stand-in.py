"""Runs the lab's stand-in for microk8s without a node: its own code over files below a folder, and a file in the place of etcd, API server and systemd.

Usage: stand-in.py FOLDER NODE WORD...   or, as the agent of that node: stand-in.py FOLDER NODE --agent PATH CALLER   or, as sudo runs it: stand-in.py FOLDER NODE --script join|leave WORD...
What is replaced here is not proven by this run: the lab's other tests use the real programs.
"""
import importlib.machinery, importlib.util, json, os, pathlib, runpy, ssl, subprocess, sys, tempfile, time

folder, node, *words = sys.argv[1:]
folder = pathlib.Path(folder)
stand_ins = folder / 'lab'
sys.path.insert(0, str(stand_ins))
sys.dont_write_bytecode = True
os.environ['SNAP_REVISION'] = 'x1'

import place
base = folder / node
place.data, place.common = base / 'data', base / 'common'
place.certs, place.credentials, place.args = place.data / 'certs', place.data / 'credentials', place.data / 'args'
place.backend, place.locks = place.data / 'var/kubernetes/backend', place.data / 'var/lock'
place.node_name = lambda: node
place.fault = lambda name: False
os.geteuid = lambda: 0
place.sudo = lambda: str(folder / 'sudo') if (folder / 'sudo').exists() else None
place.script_words = lambda script: [__file__, str(folder), node, '--script', script]
nothing = subprocess.CompletedProcess([], 0, '', '')
place.run = lambda *words, **more: nothing

FILE = folder / 'world.json'
world = json.loads(FILE.read_text())
ADDRESS = world['addresses']
place.addresses = lambda: [ADDRESS[node]]
place.default_address = lambda: ADDRESS[node]


def save(): FILE.write_text(json.dumps(world))
def own(): return world['clusters'][world['of'][node]]
def answers(): return node not in world['down'] and len([m for m in own()['members'] if m['role'] == 'voter' and m['machine'] not in world['down']]) * 2 > len([m for m in own()['members'] if m['role'] == 'voter'])


def replace(module, **parts):
    for name, part in parts.items(): setattr(module, name, part)


import certificates, cluster, services, store
replace(certificates, fingerprint=lambda pem=None: (pem or f'cert-of-{node}-').encode().hex()[-12:], server=lambda again=True: None, clients=lambda: None, authority=lambda: None,
        request=lambda *_: '', sign=lambda *_, **__: '', leaf=lambda *_, **__: None, kubeconfig=lambda *_, **__: '')


def members():
    if not answers(): raise OSError('no quorum')
    return [{'name': m['machine'], 'address': m['address'], 'peerURLs': [f"http://{m['address']}"]} for m in own()['members']]


def remove(address):
    before = own()['members']
    own()['members'] = [m for m in before if m['address'].partition(':')[0] != address]
    save()
    return len(before) != len(own()['members'])


def add(address):
    machine = next(name for name, own_address in ADDRESS.items() if own_address == address)
    own()['members'].append({'machine': machine, 'address': f'{address}:19001', 'role': 'spare'})
    save()
    return []


def move(address):
    for m in own()['members']:
        if m['machine'] == node: m['address'] = f'{address}:19001'
    save()


replace(store, members=members, remove=remove, add=add, move=move, promote=lambda address: True, prepare=lambda *_, **__: None, fresh=lambda *_: None, write_order=lambda *_: None,
        roles=lambda: [(m['address'], m['role']) for m in own()['members']] if answers() else members(), order=lambda: [m['address'] for m in own()['members']],
        settings=lambda: {'address': next((m['address'].partition(':')[0] for m in own()['members'] if m['machine'] == node), '127.0.0.1')}, ask=lambda *_, **__: {})


def node_objects():
    if not answers(): raise OSError('no answer')
    return [{'metadata': {'name': each['name']}, 'status': {'addresses': [{'type': 'InternalIP', 'address': each['address']}], 'conditions': [{'type': 'Ready', 'status': 'True'}]}} for each in own()['nodes']]


def ready():
    try: return len(node_objects()) > 0
    except OSError: return False


def call(method, path, *_, **__):
    if method == 'DELETE': own()['nodes'] = [each for each in own()['nodes'] if each['name'] != path.rsplit('/', 1)[1]]
    save()
    return 200, {}


def become(program, words):
    print('<real program>')
    sys.exit(0)


replace(cluster, nodes=node_objects, ready=ready, call=call, names=lambda: own()['objects'] if answers() else [], kubectl=lambda *words: ['true'], become=become, items=lambda *_, **__: [])


def start(*_):
    """The kubelet registers its Node."""
    world['of'][node] = world['to'].pop(node, world['of'][node])
    if node not in [each['name'] for each in own()['nodes']]: own()['nodes'].append({'name': node, 'address': ADDRESS[node]})
    if node in world['down']: world['down'].remove(node)
    save()


def stop():
    if place.locked('stopped.lock'): world['down'].append(node)
    save()


def reset():
    for name in 'clustered.lock', 'no-k8s-dqlite', 'no-cert-reissue', 'join-in-progress': place.unlock(name)
    world['of'][node] = node
    world['clusters'][node] = {'members': [{'machine': node, 'address': '127.0.0.1:19001', 'role': 'voter'}], 'nodes': [], 'objects': []}
    services.lay_out()
    start()


def control(*_, **__):
    world['of'][node] = world['to'].get(node, world['of'][node])
    save()


replace(services, start=start, stop=stop, reset=reset, restart=lambda *_: None, control=control, active=lambda name: True)

import entering


class Agent:
    """The agent of another node, in a process of its own."""
    def __init__(self, address, port=25000): self.name = next(name for name, each in ADDRESS.items() if each == address)

    def ask(self, path, body, timeout=None):
        save()
        done = subprocess.run([sys.executable, __file__, str(folder), self.name, '--agent', path, ADDRESS[node]], input=json.dumps(body), text=True, capture_output=True, check=True)
        status, answer = json.loads(done.stdout)
        world.update(json.loads(FILE.read_text()))
        if path == '/cluster/api/v2.0/join' and status == 200: world['to'][node] = world['of'][self.name]
        return status, answer


def certificate(place_):
    address, port = place_
    name = next((name for name, each in ADDRESS.items() if each == address), None)
    if name is None: raise OSError(113, 'No route to host')
    if name in world['down']: raise ConnectionRefusedError(111, 'Connection refused')
    return f'cert-of-{name}-'


replace(entering, Agent=Agent, answers=lambda peer: True)
ssl.get_server_certificate = certificate
pause = time.sleep
time.sleep = lambda seconds: pause(min(seconds, 0.2))

import addons


def apply(name, verb='apply', **values):
    objects = {'dns': ['pod/coredns'], 'metallb': ['pod/speaker'], 'ingress': ['pod/nginx-ingress-microk8s-controller', 'ingressclass/public'], 'hostpath': ['pod/hostpath-provisioner']}.get(name, [])
    own()['objects'] = [each for each in own()['objects'] if each not in objects] + (objects if verb == 'apply' else [])
    save()
    return 0


def spread(service, flag, value):
    if service == 'kube-apiserver' and value == 'RBAC,Node': own()['objects'].append('clusterrole.rbac.authorization.k8s.io/cluster-admin')
    return True


replace(addons, apply=apply, spread=spread)


def agent(path, caller):
    spec = importlib.util.spec_from_loader('agent', importlib.machinery.SourceFileLoader('agent', str(stand_ins / 'agent')))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in 'ca.crt', 'ca.key', 'serviceaccount.key', 'front-proxy-ca.crt', 'front-proxy-ca.key', 'front-proxy-client.crt', 'front-proxy-client.key': place.put(place.certs / name, name)
    try: answer = (404, {}) if path not in module.PATHS else (200, module.PATHS[path](json.load(sys.stdin), caller, ADDRESS[node]))
    except module.Refused as refused: answer = refused.code, {'error': str(refused)}
    print(json.dumps(answer))


if words[0] == '--lay-out': reset()
elif words[0] == '--agent': agent(words[1], words[2])
elif words[0] == '--script':
    sys.argv = words[1:]
    runpy.run_path(str(stand_ins / f'{words[1]}.py'), run_name='__main__')
else:
    sys.argv = ['microk8s', *words]
    runpy.run_path(str(stand_ins / 'microk8s'), run_name='__main__')
