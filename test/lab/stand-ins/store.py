"""The datastore: a real etcd in dqlite's place, on dqlite's port."""
import base64, json, shutil, zlib, urllib.error, urllib.request
from place import backend, put, run, until

UNIT = 'snap.microk8s.daemon-k8s-dqlite'


def ask(path, body=None, timeout=5):
    """etcd's own JSON gateway, on this node. An answer that refuses is raised as OSError with its words."""
    call = urllib.request.Request('http://127.0.0.1:12379/v3/' + path, json.dumps(body or {}).encode())
    try:
        return json.load(urllib.request.urlopen(call, timeout=timeout))
    except urllib.error.HTTPError as refused:
        raise OSError(refused.read().decode()) from None


def settings(): return json.loads((backend / 'etcd.json').read_text())


def prepare(address, others=(), name=None):
    """What etcd is started with. `others`: the peers that are there already, as (name, peer URL)."""
    mine = f'http://{address}:19001'
    name = name or f'at-{address}'
    cluster = ','.join(f'{each}={url}' for each, url in [*others, (name, mine)])
    put(backend / 'etcd.json', json.dumps({'name': name, 'address': address, 'cluster': cluster, 'state': 'existing' if others else 'new'}))
    put(backend / 'info.yaml', f'Address: {address}:19001\nID: {3297041220608546238 if not others else zlib.crc32(repr([name, *others]).encode())}\nRole: 0\n')


def fresh(address):
    """Forgets everything: an empty store of one member."""
    run('systemctl', 'stop', UNIT, check=False)
    shutil.rmtree(backend, ignore_errors=True)
    backend.mkdir(parents=True)
    for name in 'cluster.crt', 'cluster.key': put(backend / name, '')
    prepare(address, name='seed')
    write_order([f'{address}:19001'])


def members():
    """Each member with its address as dqlite prints it. Linearizable: no answer means no quorum."""
    found = ask('cluster/member/list', {'linearizable': True})['members']
    return [{**member, 'address': member['peerURLs'][0].removeprefix('http://')} for member in found]


def move(address):
    """The first join gives the seed's member the address that the others will know it by. Costs a short outage."""
    known = settings()
    if known['address'] == address: return
    me = next(member for member in members() if member.get('name') == known['name'])
    ask('cluster/member/update', {'ID': me['ID'], 'peerURLs': [f'http://{address}:19001']})
    prepare(address, name=known['name'])
    write_order([f'{address}:19001' if each == f"{known['address']}:19001" else each for each in order()])
    run('systemctl', 'restart', UNIT)
    until(30, members)


def add(address):
    """A new member enters without a vote, so that the cluster lives on if it never starts."""
    def attempt():
        try: return ask('cluster/member/add', {'peerURLs': [f'http://{address}:19001'], 'isLearner': True})
        except OSError as refused:
            if 'unhealthy' in str(refused) or 'too many learner' in str(refused): return None  # the last one has not caught up
            raise RuntimeError(str(refused))
    added = until(30, attempt)
    if not added: raise RuntimeError('the datastore takes no new member')
    write_order([*order(), f'{address}:19001'])
    return [(member.get('name') or f'at-{address}', member['peerURLs'][0]) for member in added['members'] if member['peerURLs'] != [f'http://{address}:19001']]


def promote(address):
    """Gives a member its vote once it has caught up; says whether it has one."""
    for member in members():
        if member['address'] == f'{address}:19001':
            if not member.get('isLearner'): return True
            try: ask('cluster/member/promote', {'ID': member['ID']})
            except OSError: return False
            return True
    return False


def remove(address):
    found = [member for member in members() if member['address'].partition(':')[0] == address]
    for member in found:
        def attempt():
            try: ask('cluster/member/remove', {'ID': member['ID']})
            except OSError as refused:
                if 'unhealthy' in str(refused): return None  # etcd has not heard from the other member for a moment; dqlite does not ask
                # a member that removes itself: its server stops, and may do so before it answers
                if not any(words in str(refused) for words in ('server stopped', 'closed connection')): raise RuntimeError(str(refused))
            return True
        if not until(60, attempt): raise RuntimeError('the datastore removes no member: it is not healthy')
    write_order([each for each in order() if each.partition(':')[0] != address])
    return bool(found)


def order():
    """The members in the order in which they came, as dqlite's cluster.yaml keeps them."""
    path = backend / 'cluster.yaml'
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.removeprefix('- Address: ') for line in lines if line.startswith('- Address: ')]


def write_order(found):
    put(backend / 'cluster.yaml', ''.join(f'- Address: {address}\n  ID: {1000 + number}\n  Role: 0\n' for number, address in enumerate(found)))


def roles():
    """(address, role) as dqlite would give them: three voters, three standbys, the rest spare; the second of two is spare, and so is one without a vote."""
    known = members()
    live = [member['address'] for member in known]
    voting = {member['address'] for member in known if not member.get('isLearner')}
    found = [address for address in order() if address in live] + sorted(address for address in live if address not in order())
    if found != order(): write_order(found)
    voters = 1 if len(found) == 2 else 3
    role = lambda place: 'voter' if place < voters else 'spare' if len(found) == 2 or place >= 6 else 'standby'
    return [(address, role(place) if address in voting else 'spare') for place, address in enumerate(found)]


def keys():
    """(key, value) of everything at one revision, in base64, but for what has a time to live: events, and who of the API servers is there."""
    found, revision, start = [], 0, b'\0'
    while True:
        asked = {'key': encoded(start), 'range_end': encoded(b'\0'), 'limit': '500', 'revision': str(revision)}
        answer = ask('kv/range', asked, timeout=60)
        revision = answer['header']['revision']
        page = answer.get('kvs', [])
        found += [(each['key'], each.get('value', '')) for each in page if not int(each.get('lease', 0))]
        if not answer.get('more'): return found
        start = base64.b64decode(page[-1]['key']) + b'\0'


def put_back(found):
    """Writes every key again and removes none, as the migrator of dqlite does."""
    for at in range(0, len(found), 100):
        ask('kv/txn', {'success': [{'requestPut': {'key': key, 'value': value}} for key, value in found[at:at + 100]]}, timeout=60)


def encoded(key): return base64.b64encode(key).decode()
