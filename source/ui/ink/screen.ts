import type { RenderOptions } from 'ink';

/**
 * How every screen of ours is drawn: on the alternate screen, only what changed, Ctrl-C ours to answer.
 * `interactive` is said outright because Ink goes silent where CI is in the environment.
 */
export function screenOptions(maxFps: number): RenderOptions {
  return {
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    maxFps,
    patchConsole: true,
  };
}
