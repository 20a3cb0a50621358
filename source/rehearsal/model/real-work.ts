import { createHook } from 'node:async_hooks';

/**
 * Whether this process works at something real that it waits for: files, and the keys of a certificate. What runs without
 * waiting holds up every timer anyway.
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
