/**
 * Thrown by a step whose node is the seat itself: the machine restarts in a few seconds.
 * The run ends as `rebooting`, with the step still open; at boot `kloudspot-resume.service` resumes it and the step verifies itself.
 */
export class SeatReboot extends Error {
  override readonly name = 'SeatReboot';
  readonly node: string;

  constructor(node: string) {
    super(`${node} is the seat and restarts now; the run goes on by itself after it.`);
    this.node = node;
  }
}
