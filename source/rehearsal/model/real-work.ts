import { createHook } from 'node:async_hooks';

/**
 * What this process waits for of real work: files, names, keys and signatures. Work in the event loop itself needs no
 * watching: it delays every timer.
 */
export interface RealWork {
  readonly isUnderWay: () => boolean;
  /** Calls once a piece of it has ended, or after some ms where its end is not told. */
  readonly afterNext: (then: () => void) => void;
}

/** Longest wait for the end of a piece of work. One that began before the watch tells nothing. */
const lookAgainMs = 5;

/** Watches the whole process from now on. */
export function watchRealWork(): RealWork {
  // https://nodejs.org/api/async_hooks.html: FSREQPROMISE, FILEHANDLECLOSEREQ, GETADDRINFOREQWRAP, KEYPAIRGENREQUEST, SIGNREQUEST and so on.
  const ours = /^(FSREQ|FILEHANDLECLOSEREQ|GETADDRINFOREQ)|REQUEST$/;
  const under = new Set<number>();
  const waiting = new Set<() => void>();
  const end = (id: number) => {
    if (!under.delete(id)) return;
    for (const wake of waiting) setImmediate(wake);
    waiting.clear();
  };
  createHook({
    trackPromises: false,
    init: (id, type) => {
      if (ours.test(type)) under.add(id);
    },
    before: end,
    destroy: end,
  }).enable();
  return {
    isUnderWay: () =>
      under.size > 0 ||
      process.getActiveResourcesInfo().some((resource) => /^(FSReq|CloseReq|GetAddrInfoReq)/.test(resource)),
    afterNext: (then) => {
      const wake = () => {
        clearTimeout(late);
        then();
      };
      const late = setTimeout(() => {
        if (waiting.delete(wake)) then();
      }, lookAgainMs);
      waiting.add(wake);
    },
  };
}
