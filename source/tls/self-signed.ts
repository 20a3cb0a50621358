/** Days that a pair of our own is valid: the most that Apple's systems take. https://support.apple.com/103769 */
const validDays = 825;

/**
 * A key and a certificate signed by it, for the DNS name and, where given, the virtual address. Both PEM.
 * The caller writes the key to a file of mode 0600.
 */
export async function selfSigned(
  dnsName: string,
  now: number,
  virtualAddress?: string,
): Promise<{ readonly key: string; readonly certificate: string }> {
  const { generate } = await import('./generate.ts');
  const names = [{ type: 2 as const, value: dnsName }];
  const addresses = virtualAddress === undefined ? [] : [{ type: 7 as const, ip: virtualAddress }];
  const pair = await generate([{ name: 'commonName', value: commonName(dnsName) }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // Clocks of clients may be behind.
    notBeforeDate: new Date(now - 3_600_000),
    notAfterDate: new Date(now + validDays * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [...names, ...addresses] },
    ],
  });
  return { key: pair.private, certificate: pair.cert };
}

/** RFC 5280 allows 64 characters; the subject alternative name carries the whole name anyway. */
function commonName(dnsName: string): string {
  return dnsName.length <= 64 ? dnsName : 'kloudspot';
}
