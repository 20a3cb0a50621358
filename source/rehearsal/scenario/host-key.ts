/** An ed25519 public key as sshd shows it, of 64 hexadecimal digits. */
export function hostKeyText(digits: string): string {
  const part = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  return Buffer.concat([part(Buffer.from('ssh-ed25519')), part(Buffer.from(digits, 'hex'))]).toString('base64');
}
