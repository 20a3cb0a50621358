"""The API server as this node reaches it."""
import http.client, json, os
import certificates
from place import credentials, programs


def call(method, path, body=None, timeout=5, kind='application/json'):
    """(status, answer) of one request. OSError when the machine does not answer."""
    connection = http.client.HTTPSConnection('127.0.0.1', 16443, context=certificates.context(), timeout=timeout)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, {'Content-Type': kind, 'Accept': 'application/json'})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text[:1] == b'{' else text.decode()
    except http.client.HTTPException as broken: raise OSError(str(broken)) from None
    finally: connection.close()


def items(path, timeout=5):
    status, answer = call('GET', path, timeout=timeout)
    return answer.get('items', []) if status == 200 else []


def nodes(): return items('/api/v1/nodes')
def internal(node): return next((each['address'] for each in node['status'].get('addresses', []) if each['type'] == 'InternalIP'), None)
def is_ready(node): return any(each['type'] == 'Ready' and each['status'] == 'True' for each in node['status'].get('conditions', []))


def ready():
    """As MicroK8s tests it: some node is Ready and the service kubernetes is there. Says nothing about this node."""
    try:
        return any(map(is_ready, nodes())) and call('GET', '/api/v1/namespaces/default/services/kubernetes')[0] == 200
    except OSError:
        return False


def names():
    """kind/name of what `kubectl get all,ingress,ingressclass -A` lists, for the addons' status."""
    kinds = {'pod': '/api/v1/pods', 'service': '/api/v1/services', 'deployment.apps': '/apis/apps/v1/deployments', 'daemonset.apps': '/apis/apps/v1/daemonsets',
             'ingressclass': '/apis/networking.k8s.io/v1/ingressclasses', 'clusterrole.rbac.authorization.k8s.io': '/apis/rbac.authorization.k8s.io/v1/clusterroles'}
    return [f"{kind}/{item['metadata']['name']}" for kind, path in kinds.items() for item in items(path)]


def kubectl(*words):
    return [str(programs / 'plane'), 'kubectl', '--kubeconfig', str(credentials / 'client.config'), *words]


def become(program, words):
    """This process becomes the real program, with MicroK8s' kubeconfig forced on it."""
    os.environ['KUBECONFIG'] = str(credentials / 'client.config')
    os.execv(program, [program, *words])
