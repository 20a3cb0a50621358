import { createHook } from 'node:async_hooks';

/**
 * Whether this process waits for real work: files, and the keys of a certificate. Work in the event loop itself needs no
 * watching: it delays every timer.
 */
export type RealWork = () => boolean;

/** Watches the whole process from now on. */
export function watchRealWork(): RealWork {
  const keys = new Set<number>();
  createHook({
    trackPromises: false,
    init: (id, type) => {
      if (type === 'KEYPAIRGENREQUEST') keys.add(id);
    },
    before: (id) => keys.delete(id),
    destroy: (id) => keys.delete(id),
  }).enable();
  return () => keys.size > 0 || process.getActiveResourcesInfo().some((resource) => /^(FSReq|CloseReq)/.test(resource));
}
