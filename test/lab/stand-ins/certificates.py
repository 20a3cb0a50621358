"""The certificates of a cluster, made by openssl."""
import base64, hashlib, re, ssl, tempfile
from place import addresses, certs, credentials, node_name, put, run

NEW_KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes')  # made in a moment, where RSA takes seconds of a busy machine


def authority():
    """A new cluster has an authority of its own."""
    certs.mkdir(parents=True, exist_ok=True)
    for name, subject in ('ca', '/CN=10.152.183.1'), ('front-proxy-ca', '/CN=front-proxy-ca'):
        run('openssl', 'req', '-x509', *NEW_KEY, '-days', 3650, '-subj', subject, '-keyout', certs / f'{name}.key', '-out', certs / f'{name}.crt')
    run('openssl', 'ecparam', '-genkey', '-noout', '-name', 'prime256v1', '-out', certs / 'serviceaccount.key')
    leaf('front-proxy-client', '/CN=front-proxy-client', ca='front-proxy-ca')


def request(subject, key):
    """A certificate signing request; the key goes to a file."""
    return run('openssl', 'req', '-new', *NEW_KEY, '-subj', subject, '-keyout', key).stdout


def sign(text, ca='ca', names='DNS:kubernetes'):
    with tempfile.NamedTemporaryFile('w', suffix='.ext') as extensions:
        extensions.write(f'subjectAltName={names}\nextendedKeyUsage=serverAuth,clientAuth')
        extensions.flush()
        return run('openssl', 'x509', '-req', '-CA', certs / f'{ca}.crt', '-CAkey', certs / f'{ca}.key', '-CAcreateserial', '-days', 365, '-extfile', extensions.name, input=text).stdout


def leaf(name, subject, ca='ca', names='DNS:kubernetes'):
    put(certs / f'{name}.crt', sign(request(subject, certs / f'{name}.key'), ca, names))


TEMPLATE = """[ req ]
prompt = no
distinguished_name = dn

[ dn ]
C = GB
ST = Canonical
L = Canonical
O = Canonical
OU = Canonical
CN = 127.0.0.1

[ alt_names ]
{names}
#MOREIPS

[ v3_ext ]
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=@alt_names
"""
NAMES = 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster', 'kubernetes.default.svc.cluster.local', '127.0.0.1', '10.152.183.1'


def is_address(name): return re.fullmatch(r'[\d.]+', name) is not None


def write_template(further=()):
    """What the server's certificate is made from, as the agent writes it for a launch configuration."""
    names = [*NAMES, *further]
    kinds = ('DNS', [name for name in names if not is_address(name)]), ('IP', [name for name in names if is_address(name)])
    put(certs / 'csr.conf.template', TEMPLATE.replace('{names}', '\n'.join(f'{kind}.{number} = {name}' for kind, each in kinds for number, name in enumerate(each))))


def rendered():
    """The template with the addresses that the node has now."""
    if not (certs / 'csr.conf.template').exists(): write_template()
    found = [address for address in addresses() if ':' not in address]
    return (certs / 'csr.conf.template').read_text().replace('#MOREIPS', '\n'.join(f'IP.{number} = {address}' for number, address in enumerate(found, 1000)))


def server(again=True):
    """The API server's and the agent's certificate, of the template as it is now, or as it was when one was made last."""
    made = certs / 'csr.conf'
    if again or not made.exists(): put(made, rendered())
    run('openssl', 'req', '-new', *NEW_KEY, '-config', made, '-keyout', certs / 'server.key', '-out', certs / 'server.csr')
    run('openssl', 'x509', '-req', '-in', certs / 'server.csr', '-CA', certs / 'ca.crt', '-CAkey', certs / 'ca.key', '-CAcreateserial', '-days', 365, '-extensions', 'v3_ext', '-extfile', made, '-out', certs / 'server.crt')


def server_is_as_rendered():
    made = certs / 'csr.conf'
    return made.exists() and made.read_text() == rendered()


def clients():
    """The administrator's and the kubelet's way to the API server.

    The kubelet's stand-in reads more than a kubelet may under RBAC, so its certificate is an administrator's too.
    """
    leaf('client', '/O=system:masters/CN=admin')
    put(credentials / 'client.config', kubeconfig('client', 'admin'))
    leaf('kubelet', f'/O=system:masters/CN=system:node:{node_name()}')
    put(credentials / 'kubelet.config', kubeconfig('kubelet', 'kubelet'))


def kubeconfig(certificate, user, server='127.0.0.1'):
    inline = lambda name: base64.b64encode((certs / name).read_bytes()).decode()
    return f'''apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {inline('ca.crt')}
    server: https://{server}:16443
  name: microk8s-cluster
contexts:
- context:
    cluster: microk8s-cluster
    user: {user}
  name: microk8s
current-context: microk8s
kind: Config
preferences: {{}}
users:
- name: {user}
  user:
    client-certificate-data: {inline(f'{certificate}.crt')}
    client-key-data: {inline(f'{certificate}.key')}
'''


def fingerprint(pem=None):
    """The first 12 hex digits of the server certificate's SHA-256, as in a join command."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem or (certs / 'server.crt').read_text())).hexdigest()[:12]


def context():
    """TLS towards this cluster's API server, as its administrator."""
    name = 'client' if (certs / 'client.crt').exists() else 'kubelet'
    made = ssl.create_default_context(cafile=str(certs / 'ca.crt'))
    made.check_hostname = False
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT  # as the Python 3.10 inside the snap; 3.13 asks for extensions that MicroK8s' certificates lack
    made.load_cert_chain(certs / f'{name}.crt', certs / f'{name}.key')
    return made
