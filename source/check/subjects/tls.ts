import type { Finding } from '../../site/finding.ts';
import { defined } from '../../text/defined.ts';
import { inspectPair } from '../../tls/inspect.ts';
import { type Check, type CheckInput, type CheckWords, fail, notSeen, type Outcome, pass, warn } from '../check.ts';
import type { ReadText } from '../evidence.ts';

/** What the tls room finds on a pair, each rule with its words. */
const rules: readonly CheckWords[] = [
  {
    id: 'tls-key',
    title: 'Key',
    why: 'The ingress reads the key without anyone to ask for a pass phrase. Browsers refuse keys below 2048 bits.',
    source: 'https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets',
  },
  {
    id: 'tls-certificate',
    title: 'Certificate',
    why: 'Without a certificate that can be read the ingress answers with one of its own, which every browser refuses. A self-signed one is only warned of.',
    source: 'https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets',
  },
  {
    id: 'tls-match',
    title: 'Certificate and key',
    why: 'A certificate is of use only with the key that it was made for; Kubernetes refuses a pair that does not fit.',
    source: 'https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets',
  },
  {
    id: 'tls-validity',
    title: 'Certificate dates',
    why: 'Browsers and devices refuse a certificate before its first and after its last day. Getting a new one can take days.',
    source: 'RFC 5280 section 4.1.2.5',
  },
  {
    id: 'tls-name',
    title: 'Certificate names',
    why: "Browsers look for the DNS name among the certificate's alternative names, not in its common name.",
    source: 'RFC 9525 section 6',
  },
  {
    id: 'tls-chain',
    title: 'Certificate chain',
    why: 'Browsers often find a missing intermediate certificate by themselves; devices and command-line tools do not.',
    source: 'RFC 8446 section 4.4.2',
  },
];

export const tlsChecks: readonly Check[] = rules.map((rule) => ({
  ...rule,
  about: 'site',
  judge: (input) => judge(rule.id, input),
}));

function judge(id: string, input: CheckInput): readonly Finding[] {
  const found = input.site.tls.mode === 'self-signed' ? [selfSigned(id)] : ofFiles(id, input);
  return found.map((outcome) => ({ check: id, nodes: [], ...outcome }));
}

function selfSigned(id: string): Outcome {
  if (id !== 'tls-certificate') return pass('self-signed', 'The pair is made by the program itself.');
  return warn('self-signed', 'Browsers will warn of it.', {
    advice: 'Give a certificate for the DNS name once you have one',
    field: ['tls', 'mode'],
  });
}

function ofFiles(id: string, { site, evidence }: CheckInput): readonly Outcome[] {
  const read = evidence?.tls;
  if (!read || !evidence)
    return [
      warn(notSeen, 'The certificate files were not looked at.', {
        advice: 'Run the preflight where the files can be read',
        field: ['tls'],
      }),
    ];
  const { key, certificate } = read;
  const own = { 'tls-key': key, 'tls-certificate': certificate }[id];
  if (own && 'problem' in own) return [unreadable(id, own, site.tls)];
  if (!('text' in certificate)) return [notJudged('tls-certificate')];
  if (!('text' in key)) return [notJudged('tls-key')];
  const { virtualAddress } = site.network;
  const findings = inspectPair({
    keyText: key.text,
    certificateText: certificate.text,
    dnsName: site.customer.dnsName,
    ...defined({ virtualAddress }),
    now: new Date(evidence.atMs),
  });
  const about = findings.filter(({ check }) => check === id);
  if (about.length > 0) return about;
  const broken = findings.find(
    ({ grade, check }) => grade === 'fail' && ['tls-key', 'tls-certificate'].includes(check),
  );
  if (broken === undefined || id === 'tls-certificate') return [pass('readable', 'The certificate can be read.')];
  return [notJudged(broken.check)];
}

const notJudged = (follows: string): Outcome =>
  warn('not judged', 'This is checked once key and certificate can be read.', {
    advice: 'Give a key and a certificate that can be read',
    follows,
  });

function unreadable(id: string, file: ReadText, tls: CheckInput['site']['tls']): Outcome {
  const what = id === 'tls-key' ? 'key' : 'certificate';
  const path = tls.mode === 'files' ? tls[what] : '';
  const why = 'problem' in file ? file.problem : '';
  return fail('cannot be read', `${path}: ${why}`, {
    advice: 'Give the path of a file that you may read',
    field: ['tls', what],
  });
}
