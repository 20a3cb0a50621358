/**
 * What a step's `act` throws instead of starting the seat's own machine anew: the run has to end first. The run lets the other steps end,
 * notes its end, sees to it that it goes on after the start, and only then runs `command` on `node`. The step's `done` sees afterwards
 * whether the machine did start anew (another boot id than the one it remembered).
 */
export class SeatReboot extends Error {
  override readonly name = 'SeatReboot';
  readonly node: string;
  /** Run as root. */
  readonly command: readonly string[];

  constructor(node: string, command: readonly string[] = ['systemctl', 'reboot']) {
    super(`${node}, the machine that this run lives on, starts anew`);
    this.node = node;
    this.command = command;
  }
}
