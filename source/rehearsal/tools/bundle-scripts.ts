import { createHash } from 'node:crypto';
import { fileAt, writePath } from '../node/file-system.ts';
import { type Call, refuse, type Steps } from './call.ts';

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** ms for a file of a bundle on its way to the machine. */
const copyMs = 400;

/** `receive-part PATH BYTES SHA256`, its bytes on standard input. */
export function* receivePart(call: Call): Steps {
  const [path = '', bytes = '', sha256 = ''] = call.words;
  yield copyMs;
  if (Buffer.byteLength(call.stdin) !== Number(bytes)) return refuse(call, 'the copy is incomplete', 74);
  if (digestOf(call.stdin) !== sha256) return refuse(call, 'its digest does not match the bundle', 74);
  call.change((machine) => writePath(machine, path, call.stdin));
  return 0;
}

/** `missing-parts [PATH SHA256]…` */
export function missingParts(call: Call): number {
  for (let place = 0; place + 1 < call.words.length; place += 2) {
    const [path = '', sha256] = call.words.slice(place);
    const text = call.look((machine) => fileAt(machine, path)?.content);
    if (text === undefined || digestOf(text) !== sha256) call.out(`${path}\n`);
  }
  return 0;
}
