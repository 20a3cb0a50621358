import { createHook } from 'node:async_hooks';

/**
 * Whether this process waits for real work: files, names, keys and signatures. Work in the event loop itself needs no
 * watching: it delays every timer.
 */
export type RealWork = () => boolean;

/** Watches the whole process from now on. */
export function watchRealWork(): RealWork {
  // https://nodejs.org/api/async_hooks.html: KEYPAIRGENREQUEST, SIGNREQUEST, KEYEXPORTREQUEST, HASHREQUEST and so on.
  const requests = new Set<number>();
  createHook({
    trackPromises: false,
    init: (id, type) => {
      if (type.endsWith('REQUEST')) requests.add(id);
    },
    before: (id) => requests.delete(id),
    destroy: (id) => requests.delete(id),
  }).enable();
  return () =>
    requests.size > 0 ||
    process.getActiveResourcesInfo().some((resource) => /^(FSReq|CloseReq|GetAddrInfoReq)/.test(resource));
}
