"""How nodes come into a cluster and go out of it."""
import argparse, http.client, json, re, secrets, shutil, socket, ssl, sys, time
import certificates, cluster, facts, services, store
from place import addresses, args, backend, certs, credentials, default_address, fault, hang, lock, locked, node_name, put, set_argument, unlock, until, worker


def add_node(words):
    if any('help' in word for word in words): words = ['--help']
    parser = argparse.ArgumentParser(prog='microk8s add-node')
    parser.add_argument('-l', '--token-ttl', type=int, default=-1)
    parser.add_argument('-t', '--token', default='')
    parser.add_argument('--format', choices=['pretty', 'short', 'token', 'token-check', 'json', 'yaml'], default='pretty')
    asked = parser.parse_args(words)
    if asked.token and len(asked.token) < 32:
        return facts.tell('tokenSize')
    token = asked.token or secrets.token_hex(16)
    line = token if asked.token_ttl < 0 else f'{token}|{int(time.time()) + asked.token_ttl}'
    with open(credentials / 'cluster-tokens.txt', 'a') as tokens: tokens.write(line + '\n')
    check = f'{token}/{certificates.fingerprint()}'
    urls = [f'{address}:25000/{check}' for address in addresses() if not address.startswith(('169.254.', 'fe80'))]
    first = f'{default_address()}:25000/{check}'
    if asked.format == 'json': print(json.dumps({'token': check, 'urls': urls}, indent=2))
    elif asked.format == 'yaml': print(f'token: {check}\nurls:', *[f'- {url}' for url in urls], sep='\n')
    elif asked.format == 'token': print(token)
    elif asked.format == 'token-check': print(check)
    elif asked.format == 'short': print(*[f'microk8s join {url}' for url in urls], sep='\n')
    else:
        print(f'From the node you wish to join to this cluster, run the following:\nmicrok8s join {first}\n\nUse the \'--worker\' flag to join a node as a worker not running the control plane, eg:\nmicrok8s join {first} --worker\n')
        print('If the node you are adding is not reachable through the default interface you can use one of the following:', *[f'microk8s join {url}' for url in urls], sep='\n')
    return 0


class Failed(Exception):
    def __init__(self, words, code):
        super().__init__(words)
        self.code = code


def join(words):
    flags = {word for word in words if word.startswith('-')}
    rest = [word for word in words if not word.startswith('-')]
    unknown = flags - {'--worker', '--controlplane', '--skip-verify', '--disable-low-memory-guard'}
    if unknown or len(rest) != 1:
        what = f'Error: no such option: {unknown.pop()}' if unknown else "Error: Missing argument 'CONNECTION'." if not rest else f'Error: Got unexpected extra argument ({rest[1]})'
        print('Usage: microk8s join [OPTIONS] CONNECTION', "Try 'microk8s join --help' for help.", '', what, sep='\n', file=sys.stderr)
        return 2
    try:
        connect(rest[0], '--worker' in flags, '--skip-verify' in flags)
        return 0
    except Failed as failed:
        print(failed)
        return failed.code


def fail(which, /, **values):
    text, _, code = facts.said(which, **values)
    raise Failed(text, code)


def parse(connection):
    said = 'Invalid connection: Expected format: <master_IP>:<master_PORT>/<token>[/<fingerprint>]'
    found = re.fullmatch(r'([^:/]+):([^/]*)/([^/]+)(?:/([^/]*))?', connection)
    if not found: raise Failed(said, 1)
    address, port, token, check = found.groups()
    if not re.fullmatch(r'(\d{1,3}\.){3}\d{1,3}', address) or any(int(part) > 255 for part in address.split('.')): raise Failed('Invalid connection: Invalid master IP', 1)
    if not port.isdigit(): raise Failed('Invalid connection: Master PORT not a number', 1)
    if not 0 < int(port) < 65536: raise Failed('Invalid connection: Master PORT not in range 1:65535', 1)
    if len(token) < 32: raise Failed('Invalid connection: Cluster token size should be at least 32 bytes', 1)
    if check is not None and len(check) < 12: raise Failed('Invalid connection: Fingerprint should be at least 12 bytes', 1)
    return address, int(port), token, check


def connect(connection, as_worker, trusting):
    address, port, token, check = parse(connection)
    if not as_worker and locked('low-memory-guard.lock'): fail('lowMemoryJoin', connection=connection)
    lock('join-in-progress')  # only success takes it away
    facts.tell('contacting', address=address)
    if fault('join-hangs'): hang()
    try: theirs = ssl.get_server_certificate((address, port))
    except ssl.SSLError as broken: raise Failed(f'Peer node verification failed with {broken}', 4) from None
    if not trusting and check is not None and certificates.fingerprint(theirs) != check:
        fail('otherFingerprint', address=address)
    agent = Agent(address, port)
    code, reply = agent.ask('/cluster/api/v2.0/join', {'token': token, 'hostname': node_name(), 'port': '25000', 'worker': 'as-worker' if as_worker else None, 'can_handle_x509_auth': True, 'can_handle_custom_etcd': True})
    if code != 200:
        said = reply.get('error', '') if isinstance(reply, dict) else str(reply)
        fail('agentRefused', error=said[:1].upper() + said[1:], status=code)
    (join_worker if as_worker else join_manager)(agent, token, reply)
    unlock('join-in-progress')
    facts.tell('joined')


class Agent:
    def __init__(self, address, port=25000):
        self.address, self.port = address, port

    def ask(self, path, body, timeout=None):
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(self.address, self.port, context=context, timeout=timeout)
        try:
            connection.request('POST', path, json.dumps(body), {'Content-Type': 'application/json'})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (ssl.SSLError, http.client.HTTPException) as broken: raise Failed(f'Connecting to cluster failed with {broken}', 5) from None
        finally: connection.close()


def take_over(reply):
    """The cluster's authority and settings become this node's."""
    for name, text in {'ca.crt': reply['ca'], 'ca.key': reply['ca_key'], 'serviceaccount.key': reply['service_account_key'], **(reply['front_proxy'] or {})}.items():
        if text: put(certs / name, text, 0o600)
    put(credentials / 'callback-token.txt', reply['callback_token'])
    flags = [line for line in reply['kubelet_args'].splitlines() if not line.startswith('--hostname-override')]
    put(args / 'kubelet', '\n'.join(f"--node-ip={reply['hostname_override']}" if line.startswith('--node-ip=') else line for line in flags) + '\n')
    if reply['api_authz_mode']: set_argument('kube-apiserver', '--authorization-mode', reply['api_authz_mode'])


def join_manager(agent, token, reply):
    mine = reply['hostname_override']
    services.stop()
    take_over(reply)
    certificates.server(again=False)  # of what was rendered last: a member's follows its template no more
    certificates.clients()
    shutil.rmtree(backend, ignore_errors=True)
    backend.mkdir(parents=True)
    print(facts.said('waitingToJoin')[0], end='', flush=True)
    reachable = not fault('join-without-store') and all(until(2, lambda peer=peer: answers(peer)) for peer in reply['voters'])
    code, added = agent.ask('/lab/member', {'callback': reply['callback_token'], 'address': mine}) if reachable else (500, {})
    store.prepare(mine, [tuple(each) for each in added['members']] if code == 200 else [('unreachable', f"http://{peer}") for peer in reply['voters']])
    store.write_order([*reply['order'], f'{mine}:19001'])
    services.control('enable --now -q', 'k8s-dqlite')
    if code == 200: until(4, lambda: store.ask('cluster/member/list'))  # a vote that comes before the member serves costs it a time-out of 9 s
    for attempt in range(40):  # and on regardless: that it says joined proves nothing
        if code == 200 and agent.ask('/lab/promote', {'callback': reply['callback_token'], 'address': mine})[1].get('voter'): break
        print('. ', end='', flush=True)
        time.sleep(0.5 if code == 200 else 1)
        if code != 200 and attempt > 8: break
    if fault('join-hangs-after-membership'): hang()
    services.start()
    print(' ')
    if fault('join-hangs-before-its-mark'): hang()
    lock('no-cert-reissue')


def answers(peer):
    host, _, port = peer.partition(':')
    with socket.create_connection((host, int(port)), 1): return True


def join_worker(agent, token, reply):
    made = {}
    for name, subject in ('proxy', '/CN=system:kube-proxy'), ('kubelet', f'/O=system:masters/CN=system:node:{node_name()}'):
        code, answer = agent.ask('/cluster/api/v1.0/sign-cert', {'token': f'{token}-{name}', 'request': certificates.request(subject, certs / f'{name}.key')})
        if code != 200: raise Failed(f"Failed to sign {name} certificate ({code}). {answer.get('error', '').capitalize()}", 1)
        made[name] = answer['certificate']
    services.stop()
    if (certs / 'ca.key').exists(): certificates.server()  # while the node still has an authority of its own; a worker has none
    take_over(reply)
    for name, text in made.items():
        put(certs / f'{name}.crt', text)
        put(credentials / f'{name}.config', certificates.kubeconfig(name, name))
    for path in (certs / 'ca.key', certs / 'client.crt', certs / 'client.key', credentials / 'client.config'): path.unlink(missing_ok=True)
    put(args / 'traefik/provider.yaml', 'tcp:\n  services:\n    kube-apiserver:\n      loadBalancer:\n        servers:\n' + ''.join(f'        - address: {address}:16443\n' for address in reply['control_plane_nodes']))
    for name in 'clustered.lock', 'no-k8s-dqlite', 'no-cert-reissue': lock(name)
    unlock('no-apiserver-proxy')
    services.start()
    facts.tell('joinedWorker')


def leave(words):
    if not locked('no-cert-reissue') and not worker():
        return facts.tell('notClustered')
    if worker(): facts.tell('configuring')
    else:
        known = store.settings()['address']
        roles = dict(store.roles())
        others = [member for member in store.members() if not member['address'].startswith(f'{known}:')]
        if others and [address for address, role in roles.items() if role == 'voter'] == [f'{known}:19001']: return facts.tell('onlyVoter')
        if others:
            peer = others[0]['address'].partition(':')[0]
            try: Agent(peer).ask('/cluster/api/v1.0/none', {}, timeout=5)
            except (OSError, Failed) as broken:
                print(f'Contacting node {peer} failed. Error:\n{broken}')
                return 2
            store.remove(known)
    facts.tell('newCertificates')
    services.reset()
    print(facts.said('waitingToStart')[0], end='', flush=True)
    until(60, lambda: print('. ', end='', flush=True) or cluster.ready(), 1)
    print(' ')
    return 0


def remove_node(words):
    if not words: return facts.tell('removeWhat')
    if len(words) > 1 and words[1] != '--force': return facts.tell('removeFlag')
    name, force = words[0], len(words) > 1
    by_address = re.fullmatch(r'(\d+\.){3}\d+', name) is not None
    node = next((node for node in cluster.nodes() if node['metadata']['name'] == name or (by_address and cluster.internal(node) == name)), None)
    in_store = lambda address: any(member['address'].partition(':')[0] == address for member in store.members())
    if node is None:
        facts.tell('nodeNotFound', name=name)
        code = facts.tell('nodeMissing', name=name)
        if not force: return code
        facts.tell('attempting', name=name)
        if by_address and in_store(name):
            facts.tell('removing')
            store.remove(name)
        return code
    address = cluster.internal(node)
    if in_store(address):
        if not force: return facts.tell('registered', name=name)
        store.remove(address)
    cluster.call('DELETE', f"/api/v1/nodes/{node['metadata']['name']}")
    return 0
