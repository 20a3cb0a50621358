import { placeOf } from '../ui/page-places.ts';
import { pictureOf } from './picture.ts';
import { keys, Screen } from './screen.ts';
import { toNodes } from './to-nodes.ts';

/** Stands in the pictures for the temporary root; as long as that one, so that no line breaks elsewhere. */
const shownRoot = '/home/operator/kloudspot-root';

/** The pictures of `docs/pictures/`, by name, taken from the built program in a rehearsal at 80×24. */
export async function takePictures(root: string): Promise<ReadonlyMap<string, string>> {
  const pictures = new Map<string, string>();
  const flags = ['--rehearse', '--root', root];
  const screen = new Screen(['init', ...flags, '--speed', '100000']);
  const take = (name: string): void => {
    pictures.set(name, pictureOf(screen.cells(), `kloudspot init: ${name}`).replaceAll(root, shownRoot));
  };
  try {
    await screen.see('select');
    take('start');
    await toNodes(screen);
    take('nodes');
    for (const [name, page] of [
      ['network', placeOf('Network')],
      ['features', placeOf('Features')],
      ['storage', placeOf('Storage')],
      ['site', placeOf('Site')],
    ] as const) {
      screen.press('n');
      await screen.see(page);
      // What nodes hear of the site's name comes a moment after the page.
      if (name === 'site') await screen.see('DNS on');
      take(name);
    }
    screen.press('n');
    await screen.see(/\d+ of \d+ checks pass.*none fails/);
    take('preflight');
    screen.press('n');
    await screen.see("Type the site's name, berlin, to start");
    take('review');
    screen.press('berlin', keys.enter);
    await screen.see('berlin is running.');
    take('summary');
    screen.press(keys.enter);
    await screen.exited();
  } finally {
    screen.kill();
  }
  const status = new Screen(['status', ...flags], { columns: 100, rows: 60 });
  try {
    await status.exited();
    pictures.set('status', pictureOf(status.cells(), 'kloudspot status').replaceAll(root, shownRoot));
  } finally {
    status.kill();
  }
  return pictures;
}
