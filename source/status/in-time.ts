/** Undefined where it fails or is late: the rest of the picture is worth more than this part. */
export function inTime<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return unlessLate(ms, work).catch(() => undefined);
}

/** Undefined where it takes longer than so many ms and half a second. */
export async function unlessLate<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms + 500);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
