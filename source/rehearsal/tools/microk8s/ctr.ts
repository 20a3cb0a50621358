import { parse } from 'yaml';
import * as z from 'zod';
import { between } from '../../model/random.ts';
import { fileAt } from '../../node/file-system.ts';
import { hasImage, imagesOn, pullMs, rememberImage } from '../../node/images.ts';
import { isStopped } from '../../node/services.ts';
import { type Call, optionsOf, refuse, type Steps, say } from '../call.ts';

const archive = z.object({ image: z.string() });

/** ms to unpack an image. */
const importMs = 3_000;

/** `microk8s ctr images ls -q`, `microk8s ctr images pull REFERENCE` and `microk8s ctr image import FILE`. */
export function* ctr(call: Call): Steps {
  const options = optionsOf(call.words, ['--hosts-dir']);
  const [noun, verb, word] = options.rest;
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
  if (/^images?$/.test(noun ?? '') && verb === 'pull') return yield* pullImage(call, word ?? '');
  return refuse(call, `No help topic for '${noun ?? ''}'`, 3);
}

/** What the node has is looked up only. */
function* pullImage(call: Call, reference: string): Steps {
  const [online, there] = call.look((machine) => [machine.online, hasImage(machine, reference)]);
  if (!online) return refuse(call, `ctr: failed to resolve reference "${reference}": dial tcp: i/o timeout`);
  yield there ? 300 : call.look(({ id }) => between(`pull/${id}/${reference}`, ...pullMs));
  call.change((machine) => rememberImage(machine, reference));
  return say(call, 'done: 1.2s');
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
