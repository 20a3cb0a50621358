/** Ends a run from outside: a signal, a lock that was lost. What is said before anyone listens is kept. */
export interface StopSwitch {
  /** `now`: running steps are ended; else they end by themselves. */
  tell(why: string, now: boolean): void;
  listen(stop: (why: string, now: boolean) => void): void;
}

export function stopSwitch(): StopSwitch {
  const told: { readonly why: string; readonly now: boolean }[] = [];
  let listener: ((why: string, now: boolean) => void) | undefined;
  return {
    tell: (why, now) => {
      told.push({ why, now });
      listener?.(why, now);
    },
    listen: (stop) => {
      listener = stop;
      for (const { why, now } of told) stop(why, now);
    },
  };
}
