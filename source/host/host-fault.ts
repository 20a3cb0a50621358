import { Fault, type FaultWords } from '../errors/fault.ts';

export type HostFaultKind =
  | 'unreachable'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'login-refused'
  | 'sudo-refused'
  | 'deadline'
  | 'lost'
  | 'aborted';

/** The machine was not reached, did not let us in, or did not end in time. */
export class HostFault extends Fault {
  override readonly name = 'HostFault';
  readonly kind: HostFaultKind;
  readonly node: string;

  constructor(kind: HostFaultKind, node: string, words: FaultWords) {
    super({ where: node, exitCode: 4, ...words });
    this.kind = kind;
    this.node = node;
  }
}
