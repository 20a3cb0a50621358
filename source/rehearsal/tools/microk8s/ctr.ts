import { parse } from 'yaml';
import * as z from 'zod';
import { fileAt } from '../../node/file-system.ts';
import { hasImage, imagesOn, rememberImage } from '../../node/images.ts';
import { isStopped } from '../../node/services.ts';
import { type Call, refuse, type Steps, say } from '../call.ts';

const archive = z.object({ image: z.string() });

/** ms to unpack an image. */
const importMs = 3_000;

/** `microk8s ctr images ls -q` and `microk8s ctr image import FILE`. */
export function* ctr(call: Call): Steps {
  const [noun, verb, word] = call.words;
  if (call.look(isStopped))
    return refuse(
      call,
      'ctr: failed to dial "/var/snap/microk8s/common/run/containerd.sock": context deadline exceeded',
    );
  if (/^images?$/.test(noun ?? '') && verb === 'ls') {
    for (const reference of call.look(imagesOn)) say(call, reference);
    return 0;
  }
  if (/^images?$/.test(noun ?? '') && verb === 'import') return yield* importImage(call, word ?? '');
  return refuse(call, `No help topic for '${noun ?? ''}'`, 3);
}

function* importImage(call: Call, path: string): Steps {
  const text = call.look((machine) => fileAt(machine, path)?.content);
  if (text === undefined) return refuse(call, `ctr: open ${path}: no such file or directory`);
  const read = archive.safeParse(parse(text));
  if (!read.success) return refuse(call, 'ctr: unrecognized image format');
  yield importMs;
  const { image } = read.data;
  if (!call.look((machine) => hasImage(machine, image))) call.change((machine) => rememberImage(machine, image));
  return say(call, `unpacking ${image} (sha256:...)...done`);
}
