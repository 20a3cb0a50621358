import type { CertificateName } from '../../../microk8s/certificates.ts';
import { said } from '../../../microk8s/messages.ts';
import { makeApiCertificate } from '../../node/api-certificate.ts';
import { certificateEnd } from '../../node/certificates.ts';
import { fileAt } from '../../node/file-system.ts';
import { locks } from '../../node/services.ts';
import { answer, type Call, lastValue, optionsOf, refuse, type Steps, say } from '../call.ts';

const daysMs = 86_400_000;
/** ms that kubelite takes to answer again after its certificate was replaced. */
const restartMs = 9_000;
const renewable: Readonly<Record<string, CertificateName>> = {
  'server.crt': 'server',
  'front-proxy-client.crt': 'front-proxy-client',
  'ca.crt': 'ca',
};

/** `microk8s refresh-certs -c` and `-e NAME.crt`. Section 1.9. */
export function* refreshCerts(call: Call): Steps {
  const options = optionsOf(call.words, ['-e', '--cert']);
  if (options.flags.has('-c') || options.flags.has('--check')) return check(call);
  const file = lastValue(options, '-e', '--cert');
  const name = file === undefined ? undefined : renewable[file];
  if (name === undefined) return answer(call, said('certificateFlag'));
  const clustered = call.look((machine) => fileAt(machine, locks.member) !== undefined);
  if (name === 'ca' && clustered) return refuse(call, 'This is a multi-node MicroK8s deployment: not rehearsed.');
  yield 2_000;
  call.out('Taking a backup of the current certificates under /var/snap/microk8s/current/certs-backup/\n');
  call.out('Creating new certificates\n');
  yield 1_500;
  call.change((machine, _state, now) => {
    if (machine.microk8s === undefined) return;
    machine.microk8s.certificates[name] = now;
    if (name === 'server') makeApiCertificate(machine);
    machine.microk8s.upSince = now + restartMs;
  });
  return say(call, 'Restarting service kubelite.');
}

function check(call: Call): number {
  const left = (name: CertificateName) =>
    call.look((machine, _state, now) => Math.ceil((certificateEnd(machine, name) - now) / daysMs));
  return answer(
    call,
    said('certificates', { ca: left('ca'), server: left('server'), proxy: left('front-proxy-client') }),
  );
}
