import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseCertificateNames } from '../../source/microk8s/certificates.ts';
import { launchConfiguration } from '../../source/plan/release/launch-configuration.ts';

const standIns = join(import.meta.dirname, '../lab/stand-ins');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kloudspot-launch-'));
  mkdirSync(join(folder, 'args'));
  for (const name of ['kubelet', 'kube-proxy', 'kube-apiserver', 'cni-env'])
    writeFileSync(join(folder, 'args', name), '');
  writeFileSync(join(folder, 'args/kubelet'), '--read-only-port=0\n--max-pods=9\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the lab's stand-in makes of a launch configuration: whether services restart, or why it is refused. */
function apply(text: string): string {
  const program = `import subprocess, sys, types, pathlib
place = types.ModuleType('place')
place.args = pathlib.Path(sys.argv[1]) / 'args'
place.put = lambda path, text, mode=0: path.write_text(text)
place.certs = pathlib.Path(sys.argv[1]) / 'certs'
place.certs.mkdir(exist_ok=True)
place.credentials, place.node_name, place.addresses = place.args, lambda: 'ks-2', lambda: ['10.0.4.22']
place.run = lambda *words, input=None: subprocess.run([str(word) for word in words], input=input, text=True, capture_output=True, check=True)
lines = lambda service: (place.args / service).read_text().split('\\n') if (place.args / service).exists() else []
place.argument = lambda service, flag: next((line.partition('=')[2] for line in lines(service) if line.split('=')[0] == flag), None)
def set_argument(service, flag, value):
    before = [line for line in lines(service) if line]
    after = [line for line in before if line.split('=')[0] != flag] + ([f'{flag}={value}'] if value is not None else [])
    (place.args / service).write_text('\\n'.join(after) + '\\n')
    return sorted(before) != sorted(after)
place.set_argument = set_argument
sys.modules['place'] = place
sys.path.insert(0, sys.argv[2])
sys.dont_write_bytecode = True
import certificates, launch
try:
    print(launch.apply(launch.parts(sys.stdin.read())))
    launch.take_ranges()
    certificates.authority()
    certificates.server()
    print(place.run('openssl', 'x509', '-noout', '-ext', 'subjectAltName', '-in', place.certs / 'server.crt').stdout)
except ValueError as refused: print(refused)
`;
  return execFileSync('python3', ['-c', program, folder, standIns], { input: text, encoding: 'utf8' });
}
const read = (name: string) => readFileSync(join(folder, 'args', name), 'utf8');

test('our own launch configuration reaches the files of the services', () => {
  const ranges = { pods: '10.244.0.0/16', services: '10.153.183.0/24' };
  const text = launchConfiguration({ address: '10.0.4.22', names: ['10.0.4.30', 'spot.acme.eu'], ranges, domain: 2 });
  const said = apply(text);
  expect(said).toMatch(/^True/);
  expect(parseCertificateNames(said)).toEqual(
    expect.arrayContaining(['kubernetes', '10.0.4.30', 'spot.acme.eu', '10.153.183.1', '10.0.4.22']),
  );
  expect(read('kubelet').split('\n')).toEqual(
    expect.arrayContaining(['--read-only-port=0', '--node-ip=10.0.4.22', '--cluster-dns=10.153.183.10']),
  );
  expect(read('ha-conf')).toBe('failure-domain=2\n');
  expect(read('kube-proxy')).toContain('--cluster-cidr=10.244.0.0/16');
  expect(read('kube-apiserver')).toContain('--service-cluster-ip-range=10.153.183.0/24');
  // The second time nothing changes, so that nothing restarts.
  expect(apply(text)).toMatch(/^False/);
});

test('null takes an argument away', () => {
  apply('version: 0.1.0\nextraKubeletArgs: {--max-pods: null}\n');
  expect(read('kubelet')).toBe('--read-only-port=0\n');
});

test.each([
  ['version: 9.9.9\n', /maximum version supported is 0\.2\.0/],
  ['addons: [{name: dns}]\n', /could not parse config file version ""/],
  ['version: 0.1.0\n  addons: [\n', /could not parse configuration: yaml/],
])('%j is refused', (text, why) => expect(apply(text)).toMatch(why));
