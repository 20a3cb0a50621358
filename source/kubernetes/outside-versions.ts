import type { ReadOnlyHost } from '../host/host.ts';
import { kubectl } from './kubectl.ts';
import { ask } from './read.ts';

const versionIn = (text: string): string | undefined => /v?(\d+\.\d+(\.\d+)?)/.exec(text)?.[1];

/** Of the API server; undefined where it does not say. */
export async function serverVersion(host: ReadOnlyHost): Promise<string | undefined> {
  const { code, stdout } = await ask(host, kubectl.version('server'));
  return code === 0 ? versionIn(/"gitVersion":\s*"([^"]*)"/.exec(stdout)?.[1] ?? '') : undefined;
}

/** Versions of client and server, and of Helm; undefined where the program is not there. */
export async function outsideVersions(host: ReadOnlyHost): Promise<{
  readonly kubectl: string | undefined;
  readonly server: string | undefined;
  readonly helm: string | undefined;
  readonly said: string;
}> {
  const [client, server, helm] = [
    await ask(host, kubectl.version('client')),
    await ask(host, kubectl.version('server')),
    await ask(host, kubectl.helmVersion()),
  ];
  const of = ({ code, stdout }: typeof client) => (code === 0 ? versionIn(stdout) : undefined);
  return {
    kubectl: of(client),
    server: await serverVersion(host),
    helm: of(helm),
    said: server.stderr.trim().split('\n').at(-1) ?? '',
  };
}
