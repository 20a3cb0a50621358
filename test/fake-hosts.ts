import type { Host, HostPool, HostTarget } from '../source/host/host.ts';

/** A node that the test answers for by `run` alone: it has no files, and what is written to it is lost. */
export const fakeHost = (name: string, run: Host['run']): Host => ({
  name,
  run,
  access: async () => ({ user: 'ubuntu', sudo: 'free', address: name }),
  readFile: async () => undefined,
  writeFile: async () => ({ before: undefined }),
  close: async () => undefined,
});

/** Connections that are always there. */
export const fakePool = (host: (target: HostTarget) => Host): HostPool => ({
  get: async (target) => host(target),
  forget: async () => undefined,
  close: async () => undefined,
});
