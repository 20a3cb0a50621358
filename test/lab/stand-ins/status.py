"""microk8s status: ready as soon as some node is, whatever becomes of this one."""
import argparse, time
import addons, cluster, facts, store

DEEPER = facts.said('notReady')[0]


def status(words):
    parser = argparse.ArgumentParser(prog='microk8s status')
    parser.add_argument('--format', choices=['pretty', 'yaml', 'short'], default='pretty')
    parser.add_argument('-w', '--wait-ready', action='store_true')
    parser.add_argument('-t', '--timeout', type=int, default=0)
    parser.add_argument('-a', '--addon', default='')
    parser.add_argument('--yaml', action='store_true')
    asked = parser.parse_args(words)
    ready = wait(asked.timeout) if asked.wait_ready else cluster.ready()
    if asked.addon:
        print('enabled' if ready and asked.addon.split('/')[-1] in [addon['name'] for addon in addons.all_addons() if addon['enabled']] else 'disabled')
    elif asked.yaml: print_old(ready)
    else: {'pretty': print_pretty, 'yaml': print_yaml, 'short': print_short}[asked.format](ready)
    return 0 if ready else 1


def wait(seconds):
    began = time.monotonic()
    while not cluster.ready():
        if seconds and time.monotonic() - began > seconds: return False
        time.sleep(2)
    return True


def voters():
    """What dqlite answers; a node whose store has no quorum answers late and with nothing."""
    try: return store.roles()
    except OSError: return []


def halves():
    found = addons.all_addons()
    return [addon for addon in found if addon['enabled']], [addon for addon in found if not addon['enabled']]


def print_pretty(ready):
    if not ready: return print(DEEPER)
    nodes = voters()
    of = lambda role: ' '.join(address for address, is_ in nodes if is_ == role) or 'none'
    print('microk8s is running')
    print('high-availability:', 'yes' if len([1 for _, role in nodes if role == 'voter']) > 2 else 'no')
    print(f"  datastore master nodes: {of('voter')}\n  datastore standby nodes: {of('standby')}\naddons:")
    for title, half in zip(('enabled', 'disabled'), halves()):
        print(f'  {title}:')
        for addon in half: print(f"    {addon['name']:<20} # (core) {addon['description']}")


def print_yaml(ready):
    print(f'microk8s:\n  running: {ready}\nhigh-availability:\n  enabled: True\n  nodes:')
    for address, role in voters(): print(f'    - address: {address}\n      role: {role}')
    if not ready: return print(f'  message: {DEEPER}')
    print('addons:')
    for half, word in zip(halves(), ('enabled', 'disabled')):
        for addon in half: print(f"  - name: {addon['name']}\n    repository: core\n    description: {addon['description']}\n    version: {addon['version']}\n    status: {word}")


def print_short(ready):
    if not ready: return print(DEEPER)
    print('microk8s is running\naddons:')
    for half, word in zip(halves(), ('enabled', 'disabled')):
        for addon in half: print(f"core/{addon['name']}: {word}")


def print_old(ready):
    print(f'microk8s:\n  running: {ready}')
    if not ready: return
    print('addons:')
    for half, word in zip(halves(), ('enabled', 'disabled')):
        for addon in half: print(f"  core/{addon['name']}: {word}")
