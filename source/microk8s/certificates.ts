import type { Script } from '../host/host.ts';
import { folders } from './node.ts';

/** A certificate that MicroK8s made on a node, by the name of its file. */
export type CertificateName = 'ca' | 'server' | 'front-proxy-ca' | 'front-proxy-client' | 'kubelet';

export interface CertificateDate {
  readonly name: CertificateName | 'ingress';
  /** ISO 8601. */
  readonly until: string;
}

/** Days before its end from which a certificate is worth mentioning. MicroK8s renews none of a cluster by itself. */
export const certificateSoon = 30;

const names: readonly CertificateName[] = ['ca', 'server', 'front-proxy-ca', 'front-proxy-client', 'kubelet'];

/**
 * Prints `NAME notAfter=Nov 26 12:00:00 2027 GMT` for each certificate that is there, by OpenSSL, which every Ubuntu Server has.
 * Workers have the CA and the kubelet's only, and `refresh-certs --check` shows them nothing.
 */
export const certificateDates: Script = {
  name: 'certificate-dates',
  text: `cd /var/snap/microk8s/current/certs || exit 0
for name in ${names.join(' ')}; do
  [ -r "$name.crt" ] && printf '%s %s\\n' "$name" "$(openssl x509 -noout -enddate -in "$name.crt")"
done
exit 0`,
};

const certificates = `${folders.data}/certs`;
/** What MicroK8s makes the API server's certificate from, in the form of OpenSSL. */
export const certificateTemplate = `${certificates}/csr.conf.template`;

/** Prints the names and addresses that the API server's certificate is for, as OpenSSL writes them. */
export const certificateNames: Script = {
  name: 'certificate-names',
  text: `openssl x509 -noout -ext subjectAltName -in ${certificates}/server.crt`,
};

/** Names in lower case and addresses; none where there is no such extension. */
export function parseCertificateNames(stdout: string): string[] {
  return stdout
    .matchAll(/(?:DNS|IP Address):([^,\s]+)/g)
    .map(([, name = '']) => name.toLowerCase())
    .toArray();
}

/** Adds names and addresses to the template, where they are not in it yet; `refresh-certs -e server.crt` makes the certificate from it. */
export const addCertificateNames = (names: readonly string[]): Script => ({
  name: 'add-certificate-names',
  text: `set -e
template=${certificateTemplate}
number=100
for name; do
  if awk -v name="$name" '$2 == "=" && tolower($3) == name { found = 1 } END { exit !found }' "$template"; then continue; fi
  case "$name" in *[!0-9.]*) kind=DNS ;; *) kind=IP ;; esac
  while grep -q "^$kind\\.$number " "$template"; do number=$((number + 1)); done
  sed -i "/^\\[ *alt_names *\\]/a $kind.$number = $name" "$template"
done
`,
  arguments: names,
});

/** Lines that are not as expected are left out. */
export function parseCertificateDates(stdout: string): CertificateDate[] {
  return stdout.split('\n').flatMap((line) => {
    const [, word = '', date = ''] = /^(\S+) notAfter=(.+)$/.exec(line.trim()) ?? [];
    const name = names.find((each) => each === word);
    const time = Date.parse(date);
    return name === undefined || Number.isNaN(time) ? [] : [{ name, until: new Date(time).toISOString() }];
  });
}

/** Whole days from `now` (ms since 1970) until a certificate ends; negative once it has ended. */
export function daysLeft({ until }: Pick<CertificateDate, 'until'>, now: number): number {
  return Math.floor((Date.parse(until) - now) / 86_400_000);
}
