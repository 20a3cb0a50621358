import { rm } from 'node:fs/promises';
import type { Host, HostFiles, HostPool, HostTarget, Secrets } from './host.ts';
import { localHost } from './local.ts';
import { socketFolder } from './ssh/socket-folder.ts';
import { sshHost } from './ssh/ssh.ts';

/** Real machines: this one, and others over SSH. */
export function openHosts(options: { readonly files: HostFiles; readonly secrets: Secrets }): HostPool {
  return new Pool(options.files, options.secrets);
}

interface Entry {
  readonly key: string;
  readonly host: Promise<Host>;
}

class Pool implements HostPool {
  readonly #files: HostFiles;
  readonly #secrets: Secrets;
  readonly #entries = new Map<string, Entry>();
  /** Node → the address that answered last: it is tried first. */
  readonly #answered = new Map<string, string>();
  #sockets: Promise<string> | undefined;

  constructor(files: HostFiles, secrets: Secrets) {
    this.#files = files;
    this.#secrets = secrets;
  }

  async get(target: HostTarget): Promise<Host> {
    const key = JSON.stringify(target);
    const known = this.#entries.get(target.node);
    if (known && known.key !== key) await this.forget(target.node);
    const entry = this.#entries.get(target.node) ?? this.#add(key, target);
    try {
      const host = await entry.host;
      const { address } = await host.access();
      this.#answered.set(target.node, address);
      return host;
    } catch (error) {
      if (this.#entries.get(target.node) === entry) this.#entries.delete(target.node);
      throw error;
    }
  }

  async forget(node: string): Promise<void> {
    const entry = this.#entries.get(node);
    this.#entries.delete(node);
    await (await entry?.host)?.close();
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#entries.keys()].map((node) => this.forget(node)));
    const sockets = await this.#sockets;
    this.#sockets = undefined;
    // the one that stood in for a path that was too long
    if (sockets !== undefined && sockets !== this.#files.sockets) await rm(sockets, { recursive: true, force: true });
  }

  #add(key: string, target: HostTarget): Entry {
    const entry = { key, host: this.#host(target) };
    this.#entries.set(target.node, entry);
    return entry;
  }

  async #host(target: HostTarget): Promise<Host> {
    const { node } = target;
    const sudoPassword = () => this.#secrets.sudo(node);
    if (target.local) return localHost(node, sudoPassword);
    this.#sockets ??= socketFolder(this.#files.sockets);
    const sockets = await this.#sockets;
    const last = this.#answered.get(node);
    const addresses = target.addresses.toSorted((a, b) => Number(b === last) - Number(a === last));
    return sshHost({
      target: { ...target, addresses },
      files: this.#files,
      sockets,
      loginPassword: () => this.#secrets.login(node),
      sudoPassword,
    });
  }
}
