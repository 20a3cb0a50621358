import { dirname, join, resolve } from 'node:path';

/** Where the program keeps its files. All lie under a root that `--root` or `KLOUDSPOT_ROOT` moves. */
export interface Files {
  readonly root: string;
  readonly site: string;
  readonly draft: string;
  readonly values: string;
  /** Generated TLS pair (self-signed). */
  readonly tls: string;
  readonly state: string;
  readonly runs: string;
  /** Backups that were fetched from the managers. */
  readonly backups: string;
  readonly lock: string;
  readonly knownHosts: string;
  /** Control sockets and SSH masters: short-lived. */
  readonly sockets: string;
  /** What `conf` keeps about the operator. */
  readonly operator: string;
  /** The model of the simulated nodes. */
  readonly rehearsal: string;
}

export function filesUnder(root: string): Files {
  const state = join(root, 'var/lib/kloudspot');
  return {
    root,
    site: join(root, 'etc/kloudspot/site.yaml'),
    draft: join(root, 'etc/kloudspot/site.draft.yaml'),
    values: join(root, 'etc/kloudspot/values.yaml'),
    tls: join(root, 'etc/kloudspot/tls'),
    state,
    runs: join(state, 'runs'),
    backups: join(state, 'backups'),
    lock: join(state, 'lock'),
    knownHosts: join(state, 'known_hosts'),
    sockets: join(root, 'run/kloudspot'),
    operator: join(state, 'operator'),
    rehearsal: join(state, 'rehearsal'),
  };
}

/** The files of the root that the folder of a run lies under. */
export function filesOfRun(directory: string): Files {
  const depth = filesUnder('/').runs.split('/').length - 1;
  return filesUnder(resolve(dirname(resolve(directory)), ...Array.from({ length: depth }, () => '..')));
}
