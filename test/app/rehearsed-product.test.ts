import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openInitSession } from '../../source/app/init-session.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { readStartFacts } from '../../source/app/start-facts.ts';
import { templatesFolder } from '../../source/site/templates.ts';

const left: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of left.splice(0).reverse()) await close();
});

/** Settings of a rehearsal whose scenario is in a file of one's own and is of another product. */
async function zenkos() {
  const root = await mkdtemp(join(tmpdir(), 'ks-product-'));
  left.push(() => rm(root, { recursive: true, force: true, maxRetries: 20 }));
  const healthy = await readFile(join(templatesFolder(), 'rehearsal/healthy.yaml'), 'utf8');
  const text = healthy
    .replace('version: 1\n', 'version: 1\nproduct: zenko\n')
    .replace('product: kloudspot', 'product: zenko')
    .replace('features: [kloudManage, kloudInsights]', 'features: []');
  const file = join(root, 'zenko.yaml');
  await writeFile(file, text);
  return { file, settings: settingsFrom({ root, rehearse: file, speed: '1000000' }) };
}

it('a scenario names its product: the pages ask for that one', async () => {
  const { settings } = await zenkos();
  expect((await readStartFacts(settings)).productName).toBe('Zenko');
  const session = await openInitSession(settings, undefined);
  left.push(() => session.close());
  expect(session.product.name).toBe('Zenko');
  expect((await session.startFacts()).productName).toBe('Zenko');
});

it('another product than that of the scenario is refused, with the command that starts the rehearsal', async () => {
  const { file, settings } = await zenkos();
  await expect(openInitSession(settings, 'foresight')).rejects.toMatchObject({
    message: `The rehearsal ${file} is one of Zenko, not of Foresight Mobile Platform.`,
    next: [
      `With the product of the rehearsal: kloudspot init --rehearse=${file} --root=${settings.files.root}`,
      'Or name a scenario of Foresight Mobile Platform: --rehearse=FILE',
    ],
  });
});
