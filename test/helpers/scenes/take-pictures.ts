/**
 * Takes pictures of the screen's states in both themes and sizes, into a temporary folder:
 * `node test/helpers/scenes/take-pictures.ts [--language ar] [--only 1366-light,1024-dark] [state …]`
 * With `--readme` it replaces those of the README.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium } from '../browser.ts';
import { buildScenes, openScenePages } from './scene-pages.ts';
import { readmeStates, states } from './states.ts';

const { values, positionals } = parseArgs({
  options: {
    language: { type: 'string', default: 'en' },
    only: { type: 'string', default: '1366-light,1366-dark,1024-light,1024-dark' },
    readme: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const readmeFolder = path.resolve(import.meta.dirname, '..', '..', '..', 'build', 'readme');
const folder = values.readme ? readmeFolder : mkdtempSync(path.join(tmpdir(), 'tillside-pictures-'));
const looks = values.readme ? ['1366-light'] : values.only.split(',');
const asked = values.readme
  ? readmeStates
  : states.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const browser = await launchChromium(true);
const scenes = path.join(mkdtempSync(path.join(tmpdir(), 'tillside-scenes-')), 'built');
await buildScenes(scenes);
const pages = await openScenePages(browser, scenes);
for (const { name, scene, way } of asked) {
  for (const look of looks) {
    const width = Number.parseInt(look, 10);
    const colorScheme = look.endsWith('dark') ? 'dark' : 'light';
    const page = await pages.newPage({ viewport: { width, height: 768 }, colorScheme, hasTouch: width === 1024 });
    page.on('pageerror', (error) => process.stdout.write(`${name}: ${error.message}\n`));
    await pages.show(page, scene, values.language);
    await way(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({
      path: path.join(folder, values.readme ? `${name}.png` : `${name}-${look}.png`),
      animations: 'disabled',
    });
    await page.context().close();
  }
}
pages.close();
rmSync(path.dirname(scenes), { recursive: true });
await browser.close();
process.stdout.write(`${folder}\n`);
