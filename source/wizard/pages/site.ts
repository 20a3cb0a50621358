import type { Finding } from '../../site/finding.ts';
import { onceFor } from '../../text/once.ts';
import { inspectPair } from '../../tls/inspect.ts';
import { certificateName } from '../../tls/names.ts';
import { textAt } from '../draft/draft.ts';
import { readableFile } from '../file-answer.ts';
import type { Field, Note, Page, WizardView } from '../page.ts';
import { anyText, dnsName, oneOf } from '../parse.ts';

const modes = [
  { value: 'files', label: 'key and certificate files', hint: 'recommended' },
  { value: 'self-signed', label: 'self-signed', hint: 'browsers warn; can be replaced later' },
] as const;

export const sitePage: Page<'site'> = {
  id: 'site',
  title: 'Site',
  intro: 'Under which name is it reached, and who is it for?',
  fields: siteFields,
  validate: pairFindings,
  notes: siteNotes,
};

function siteFields(view: WizardView): readonly Field[] {
  const withFiles = textAt(view.draft, ['tls', 'mode']) === 'files';
  return [tlsMode, ...(withFiles ? tlsFiles(view) : []), dnsField(certificateOf(view).name), customerReference];
}

/** The name that the certificate is for is there until another is typed. */
function dnsField(named: string | undefined): Field {
  return {
    id: 'customer.dnsName',
    path: ['customer', 'dnsName'],
    kind: 'text',
    label: 'DNS name',
    question: 'Under which DNS name is the product reached?',
    help: 'The name that resolves to the virtual address. It goes into the ingress and the certificate. Example: spot.example.org',
    required: true,
    ...(named === undefined ? {} : { fallback: { value: named, from: 'seen' } satisfies Field['fallback'] }),
    parse: dnsName,
  };
}

const customerReference: Field = {
  id: 'customer.reference',
  path: ['customer', 'reference'],
  kind: 'text',
  label: 'Customer reference',
  question: 'What is the customer reference?',
  help: 'The short name by which the vendor knows this installation. Example: acme',
  required: true,
  parse: anyText(63),
};

const tlsMode: Field = {
  id: 'tls.mode',
  path: ['tls', 'mode'],
  kind: 'choice',
  label: 'TLS certificate',
  question: 'Which TLS certificate is used?',
  help: 'By default a self-signed certificate is made, and every browser warns of it. Prefer a key and certificate that were issued for the DNS name.',
  choices: modes,
  required: true,
  fallback: { value: 'self-signed', from: 'default' },
  parse: oneOf(modes),
};

const tlsFiles = (view: WizardView): readonly Field[] => [
  {
    id: 'tls.key',
    path: ['tls', 'key'],
    kind: 'file',
    label: 'Key file',
    question: 'Where is the private key?',
    help: 'A PEM file on this machine, without a passphrase. Its text never appears on a screen or in a log. Example: /root/server.key',
    required: true,
    parse: readableFile(view),
  },
  {
    id: 'tls.certificate',
    path: ['tls', 'certificate'],
    kind: 'file',
    label: 'Certificate file',
    question: 'Where is the certificate, with its chain?',
    help: 'A PEM file: the certificate first, then the ones that signed it. Example: /root/server.cert',
    required: true,
    parse: readableFile(view),
  },
];

/** A key that does not fit its certificate is reported here, not only in preflight. */
function pairFindings(view: WizardView): readonly Finding[] {
  return allPairFindings(view).filter((finding) => finding.grade !== 'pass');
}

/** Of a good pair, in one line: until when it is valid, for which names, whether clients can follow its chain. */
function goodPair(view: WizardView): readonly Note[] {
  const findings = allPairFindings(view);
  if (findings.length === 0 || findings.some((finding) => finding.grade !== 'pass')) return [];
  const seen = (check: string): string => findings.find((finding) => finding.check === check)?.seen ?? '';
  const text = `The pair is good: ${seen('tls-validity')}, key fits, name covered, chain complete.`;
  return [{ grade: 'pass', text }];
}

/** The certificate file as far as it can be read, and the name that it is for; read once for a view. */
const certificateOf = onceFor((view: WizardView): { readonly text?: string; readonly name?: string | undefined } => {
  const text = textOf(view, 'certificate');
  return text === undefined ? {} : { text, name: certificateName(text) };
});

/** Undefined where the site takes no files, or this one cannot be read. */
function textOf({ draft, machine }: WizardView, which: 'key' | 'certificate'): string | undefined {
  const path = textAt(draft, ['tls', which]);
  if (path === '' || textAt(draft, ['tls', 'mode']) !== 'files') return undefined;
  const found = machine.file(path);
  return 'problem' in found ? undefined : found.text();
}

/** What is to be said of the pair, good or bad; nothing until both files can be read. */
const allPairFindings = onceFor((view: WizardView): readonly Finding[] => {
  const keyText = textOf(view, 'key');
  const { text: certificateText, name = '' } = certificateOf(view);
  if (certificateText === undefined || keyText === undefined) return [];
  const dnsName = textAt(view.draft, ['customer', 'dnsName']) || name;
  return inspectPair({ keyText, certificateText, dnsName, now: new Date(view.machine.now()) });
});

function siteNotes(view: WizardView): readonly Note[] {
  const notes: Note[] = [];
  notes.push(...goodPair(view));
  if (textAt(view.draft, ['tls', 'mode']) !== 'files')
    notes.push({
      grade: 'warn',
      text: 'A self-signed certificate: every browser will warn of it until it is replaced.',
    });
  return notes;
}
