import { keys, type Screen } from './screen.ts';

/** From the start page of `init --rehearse` to the nodes page, with the keys trusted and every node seen. */
export async function toNodes(screen: Screen, nodes = 3): Promise<void> {
  await screen.see('New site');
  await screen.see('select');
  screen.press(keys.enter);
  await screen.see(`Host keys: ${nodes} new`);
  screen.press('f');
  await screen.see('SHA256:');
  screen.press('t');
  await screen.see(/(✓ sudo[\s\S]*){3}/);
}
