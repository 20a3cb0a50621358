import { connect } from 'node:net';

/** Numbers of OpenSSH's PROTOCOL.mux; version 4 is the only one since OpenSSH 5.4. */
const hello = 0x1;
const version = 4;
const terminate = 0x10000005;
const request = 0;

/** Each field of a message is 32 bits; its length goes before it. */
const message = (...fields: readonly number[]): Buffer =>
  Buffer.concat(
    [4 * fields.length, ...fields].map((field) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(field);
      return bytes;
    }),
  );

/**
 * Tells a master connection to end, as `ssh -O exit` does, which takes ten times as long to start as this takes. Resolves when
 * the master has gone, or after `limit` ms: one that hangs does not answer, and ends by its keep-alives.
 */
export function endMaster(path: string, limit: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.setTimeout(limit, () => socket.destroy());
    // without a reader the end of the connection would not be seen
    socket.resume().write(Buffer.concat([message(hello, version), message(terminate, request)]));
  });
}
