/** A shell script with a name. Its text is a constant of the program: values go in as arguments, never into the text. */
export interface Script {
  readonly name: string;
  readonly text: string;
  readonly arguments?: readonly string[];
}

/** An argument array, or a named script that runs under `bash`. */
export type Command = readonly string[] | Script;

export type OutputStream = 'stdout' | 'stderr';

/** Bytes of a file on the workstation, as they are handed to a command piece by piece. */
export interface FileSlice {
  readonly path: string;
  /** Of the first byte. */
  readonly start: number;
  readonly bytes: number;
}

export interface RunOptions {
  /** Given to the command on its standard input, which is then closed. */
  readonly stdin?: string;
  /** Given in its place: never held in memory as a whole. */
  readonly stdinFile?: FileSlice;
  /** Run as root. */
  readonly sudo?: boolean;
  /** An argument is a secret: all of them travel on standard input, so that neither ssh's arguments here nor sudo's log there hold it. */
  readonly secretArguments?: boolean;
  /** In ms from the start; afterwards the command is ended and a `HostFault` of kind `deadline` is thrown. Default 30 000. */
  readonly deadline?: number;
  /** Called for each whole line as it comes. A promise that it returns holds the command up until it settles. */
  readonly onLine?: (line: string, stream: OutputStream) => unknown;
  readonly signal?: AbortSignal;
  /** Characters of an output that are kept of its beginning, and as many of its end. Default: 4 MiB. */
  readonly kept?: number;
}

/** Text is safe to show: without escape sequences and control characters. Of an output above 8 MiB, or what `kept` says, the middle is left out and marked. */
export interface RunResult {
  /** Exit code; 127 where the command does not exist. A signal's death is 128 + its number. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Bytes that were left out, where there are any. */
  readonly leftOut?: number;
}

export interface FileToWrite {
  readonly path: string;
  readonly content: string;
  /** Permission bits, such as 0o600. Default: those of the file that is replaced, else 0o644. */
  readonly mode?: number;
  /** `user:group`. Default: those of the file that is replaced, else `root:root`. */
  readonly owner?: string;
}

/** The user that is logged in on a host, and what sudo lets it do. */
export interface HostAccess {
  readonly user: string;
  /** root: no sudo needed. free: sudo asks for nothing. password: sudo took the password given. refused: it did not, or there is none. */
  readonly sudo: 'root' | 'free' | 'password' | 'refused';
  /** The address that answered; empty for this very machine. */
  readonly address: string;
}

/**
 * One machine that commands can be run on. A host knows nothing of MicroK8s.
 * An exit code other than 0 is a result, not an error; what is thrown is a `HostFault`: the machine was not reached or did not end in time.
 */
export interface Host {
  /** The node's name, for messages. */
  readonly name: string;
  /** Connects where that has not happened yet. */
  access(): Promise<HostAccess>;
  run(command: Command, options?: RunOptions): Promise<RunResult>;
  /** The file's text, or undefined where there is none. Reads as root. */
  readFile(path: string): Promise<string | undefined>;
  /** Atomic: temporary file in the same folder, fsync, rename; makes missing folders. Writes as root. Returns the text that was there. */
  writeFile(file: FileToWrite): Promise<{ readonly before: string | undefined }>;
  close(): Promise<void>;
}

/** A host that only looks: it cannot write files. */
export type ReadOnlyHost = Pick<Host, 'name' | 'run' | 'readFile'>;

/** How to reach a node. Data only: it can be stored in a plan. */
export interface HostTarget {
  readonly node: string;
  /** Tried in order until one answers with the node's pinned host key: the address now, then the address wanted. */
  readonly addresses: readonly string[];
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  /** As OpenSSH's ProxyJump. */
  readonly jump?: string;
  /** This very machine: no SSH. */
  readonly local?: boolean;
  /** A cluster that is there already, reached from this machine with this file. */
  readonly kubeconfig?: string;
}

/** Passwords, held in memory only. Undefined: none was given for that node. */
export interface Secrets {
  login(node: string): string | undefined;
  sudo(node: string): string | undefined;
  /** All secret texts, to be masked wherever something is shown or kept. */
  all(): readonly string[];
}

/** Where the hosts keep what they need on the workstation. */
export interface HostFiles {
  readonly knownHosts: string;
  /** A folder for sockets and pipes; ours alone. */
  readonly sockets: string;
}

/** Opens hosts once and keeps them. `ssh`, `local` and rehearsal nodes stand behind it. */
export interface HostPool {
  /** Throws `HostFault` when the node cannot be reached. */
  get(target: HostTarget): Promise<Host>;
  /** Forgets the connection (after a reboot or a change of address); the next `get` connects again. */
  forget(node: string): Promise<void>;
  close(): Promise<void>;
}

/** Time as the program sees it; rehearsals bring a faster one. */
export interface Clock {
  /** ms since 1970; jumps when someone sets the clock. Only to be shown, or compared with other clocks. */
  now(): number;
  /** ms since some moment; never jumps. For deadlines and durations. */
  elapsed(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A host key that a node shows and that is not pinned yet. */
export interface HostKeyOffer {
  readonly node: string;
  readonly address: string;
  /** `ED25519 SHA256:…` as ssh-keygen prints it. */
  readonly fingerprint: string;
  /** The line for our known-hosts file. */
  readonly line: string;
  /** Set when another key was pinned before. */
  readonly changedFrom?: string;
}
