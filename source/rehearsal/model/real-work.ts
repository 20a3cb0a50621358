import { createHook } from 'node:async_hooks';

/**
 * What this process waits for of real work: files, names, keys and signatures. Work in the event loop itself needs no
 * watching: it delays every timer.
 */
export interface RealWork {
  readonly isUnderWay: () => boolean;
  /** So many pieces have ended: on a busy machine one may have begun and ended between two looks. */
  readonly ended: () => number;
  /** Calls once a piece of it has ended, or after some ms where its end is not told. */
  readonly afterNext: (then: () => void) => void;
}

/** Longest wait for the end of a piece of work. One that began before the watch tells nothing. */
const lookAgainMs = 5;

/** Watches the whole process from now on. */
export function watchRealWork(): RealWork {
  // https://nodejs.org/api/async_hooks.html: FSREQPROMISE, FILEHANDLECLOSEREQ, GETADDRINFOREQWRAP.
  const ours = /^(FSREQ|FILEHANDLECLOSEREQ|GETADDRINFOREQ)/;
  const under = new Set<number>();
  // KEYPAIRGENREQUEST, SIGNREQUEST, RANDOMBYTESREQUEST and so on.
  const jobs = new Map<number, object>();
  const waiting = new Set<() => void>();
  let ended = 0;
  const end = (id: number) => {
    if (!under.delete(id) && !jobs.delete(id)) return;
    ended += 1;
    for (const wake of waiting) setImmediate(wake);
    waiting.clear();
  };
  createHook({
    trackPromises: false,
    init: (id, type, _trigger, resource) => {
      if (ours.test(type)) under.add(id);
      else if (type.endsWith('REQUEST')) jobs.set(id, resource);
    },
    before: end,
    destroy: end,
  }).enable();
  // A job of crypto without `ondone` was done within its call, as that of each UUID: its end is told only when it is garbage.
  const jobRuns = () => {
    for (const [id, job] of jobs) if (!('ondone' in job)) jobs.delete(id);
    return jobs.size > 0;
  };
  return {
    isUnderWay: () =>
      under.size > 0 ||
      jobRuns() ||
      process.getActiveResourcesInfo().some((resource) => /^(FSReq|CloseReq|GetAddrInfoReq)/.test(resource)),
    ended: () => ended,
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
