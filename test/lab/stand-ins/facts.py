"""What MicroK8s is: source/microk8s/data, packed as JSON beside this file."""
import json, sys
from place import TRACK, common, data, locks, ours

known = json.loads((ours / 'microk8s.json').read_text())
messages = known['messages']
NEEDS_STARTED = messages['needStarted']
COMMUNITY = known['addons']['community']


def fill(text, values):
    for name, value in {'acting': messages['acting'], 'data': data, **values}.items(): text = text.replace('{' + name + '}', str(value))
    return text


def said(which, /, **values):
    """(text, stream, exit code) of a message."""
    found = messages['said'][which]
    return fill(found['text'], values), found.get('stream', 'stdout'), found.get('code', 0)


def tell(which, /, **values):
    """Prints a message on its stream and returns its exit code."""
    text, stream, code = said(which, **values)
    print(text, file=sys.stderr if stream == 'stderr' else sys.stdout, flush=True)
    return code


def on_worker(verb):
    """(text, exit code) of what a worker answers instead of doing anything, or None."""
    found = messages['onWorker'].get(verb)
    return found and (fill(found['text'], {}), found.get('code', 0))


def refusal(which, /, **values):
    """(error, HTTP status) with which the agent refuses."""
    found = messages['agent'][which]
    return fill(found['text'], values), found['status']


def of_track(value):
    """The entry that holds for this track: of the newest that is not above it."""
    if not isinstance(value, dict): return str(value)
    number = lambda text: [int(part) for part in text.split('.')]
    return str(value[max((each for each in value if number(each) <= number(TRACK)), key=number)])


def folders(path): return path.replace('{lock}', str(locks)).replace('{data}', str(data)).replace('{common}', str(common))


def core():
    """Name → (description, version, how it is seen to be enabled), sorted by name."""
    return {addon['name']: (of_track(addon['about']), of_track(addon['version']), folders(of_track(addon['proof']))) for addon in known['addons']['core']}


def disabling(name):
    """The lines of the addon's own script."""
    found = next((addon.get('disable') for addon in known['addons']['core'] if addon['name'] == name), None)
    return of_track(found).split('\n') if found else [f'Disabling {name}', f'{name} is disabled']
