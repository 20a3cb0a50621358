/**
 * Thrown by a step whose node is the workstation itself: the machine restarts in a few seconds.
 * The run ends as `rebooting`, with the step still open; at boot `kloudspot-resume.service` resumes it and the step verifies itself.
 */
export class OwnReboot extends Error {
  override readonly name = 'OwnReboot';
  readonly node: string;

  constructor(node: string) {
    super(`${node} is the machine that kloudspot runs on and restarts now; the run continues by itself afterwards.`);
    this.node = node;
  }
}
