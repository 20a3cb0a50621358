"""The verbs of a cluster's life: config, start, stop, refresh-certs, dbctl, images, inspect."""
import json, os, pathlib, tarfile, tempfile, time
import certificates, cluster, facts, services, store
from place import certs, credentials, data, default_address, lock, put, run, unlock, until, REVISION

# In a backup: every key with its value, in place of the migrator's files.
KEYS = 'keys.json'


def config(words):
    server = '127.0.0.1' if {'-l', '--use-loopback'} & set(words) else default_address()
    print((credentials / 'client.config').read_text().replace('https://127.0.0.1:', f'https://{server}:'), end='')
    return 0


def start(words):
    unlock('stopped.lock')
    services.start()
    until(60, cluster.ready, 1)
    return 0


def stop(words):
    lock('stopped.lock')
    services.stop()
    print('Stopped.\nStopped.')
    return 0


def refresh_certs(words):
    if os.geteuid() != 0:
        print('Elevated permissions is needed for this operation. Please run this command with sudo.')
        return 50
    if '-c' in words or '--check' in words:
        days = {}
        for name, title in ('ca.crt', 'ca'), ('server.crt', 'server'), ('front-proxy-client.crt', 'proxy'):
            end = run('openssl', 'x509', '-noout', '-enddate', '-in', certs / name).stdout.strip().partition('=')[2]
            days[title] = int((time.mktime(time.strptime(end, '%b %d %H:%M:%S %Y %Z')) - time.time()) // 86400)
        facts.tell('certificates', **days)
        return 0
    which = next((word for before, word in zip(words, words[1:]) if before in ('-e', '--cert')), None)
    if which == 'server.crt': certificates.server()
    elif which == 'front-proxy-client.crt': certificates.leaf('front-proxy-client', '/CN=front-proxy-client', ca='front-proxy-ca')
    else:
        return facts.tell('certificateFlag')
    print(f'Taking a backup of the current certificates under {data}/certs-backup/\nCreating new certificates\nRestarting service kubelite.\nRestarting service cluster-agent.')
    services.restart('kubelite', 'cluster-agent')
    return 0


def dbctl(words):
    verb, rest = (words or [''])[0], words[1:]
    if verb == 'backup': return backup(next((word for before, word in zip(words, words[1:]) if before == '-o'), None))
    if verb == 'restore' and rest: return restore(rest[0])
    print('usage: microk8s dbctl [-h] [--debug] {restore,backup} ...')
    return 0


def backup(wanted):
    name = (wanted or time.strftime('backup-%Y-%m-%d-%H-%M-%S')).removesuffix('.tar.gz')
    try:
        store.members()
        found = store.keys()
    except OSError: return facts.tell('dbctlDown')
    facts.tell('backingUp')
    with tempfile.TemporaryDirectory() as folder:
        put(pathlib.Path(folder) / KEYS, json.dumps(found))
        with tarfile.open(f'{name}.tar.gz', 'w:gz') as archive: archive.add(folder, os.path.basename(name))
    return facts.tell('backedUp', file=f'{name}.tar.gz')


def restore(file):
    try: store.members()
    except OSError: return facts.tell('dbctlDown')
    facts.tell('restoring', file=file)
    with tarfile.open(file) as archive:
        keys = next(member for member in archive.getmembers() if os.path.basename(member.name) == KEYS)
        store.put_back(json.load(archive.extractfile(keys)))
    return 0


def images(words):
    if len(words) > 1 and words[1] != '-' and not os.access(words[1], os.R_OK):
        print(f'Error: failed to read {words[1]}', file=sys.stderr)
        return 1
    for node in cluster.nodes(): print(f'Pushing OCI images to {cluster.internal(node)}:25000')
    return 0


def inspect(words):
    print('Inspecting system\nInspecting Certificates\nInspecting services')
    down = False
    for name in services.wanted():
        up = services.active(name)
        down |= not up
        print(f'  Service snap.microk8s.daemon-{name} is running' if up else f'\033[31m FAIL: \033[0m Service snap.microk8s.daemon-{name} is not running')
    report = f"/var/snap/microk8s/{REVISION}/inspection-report-{time.strftime('%Y%m%d_%H%M%S')}.tar.gz"
    with tarfile.open(report, 'w:gz') as archive: archive.add(data / 'args', 'inspection-report/args')
    print(f'  Report tarball is at {report}')
    return 1 if down else 0


def reset(words):
    if os.geteuid() != 0:
        print('Elevated permissions is needed for this operation. Please run this command with sudo.')
        return 50
    try: many = len(cluster.nodes()) > 1
    except OSError:
        print('Failed to query the cluster nodes.')
        return 1
    if many:
        return facts.tell('resetMany')
    services.reset()
    until(60, cluster.ready, 1)
    return 0
