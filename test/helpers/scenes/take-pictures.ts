/**
 * Pictures of every scene in both themes and sizes, into a temporary folder:
 * `node test/helpers/scenes/take-pictures.ts [scene …]`
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright';
import { createServer } from 'vite';
import config from '../../../build/vite.renderer.config.ts';
import { nowMs } from './people.ts';
import { scenes } from './scenes.ts';

const find = async (page: Page, text: string) => {
  await page.getByRole('searchbox').fill(text);
  await page.waitForTimeout(60);
};
const openFirst = async (page: Page, text = 'rita james') => {
  await find(page, text.split(' ')[1] ?? text);
  await page.getByRole('option').first().click();
};
const edit = async (page: Page) => {
  await openFirst(page);
  await page.getByRole('textbox', { name: 'Last name' }).fill('Jameson');
  await page.getByRole('switch', { name: 'SMS promotional' }).click();
};
const showUpdates = (page: Page) => page.getByRole('button', { name: 'Updates' }).click();

/** What is done in a scene before its picture; a scene may have several pictures. */
const ways: Readonly<Record<string, readonly [string, (page: Page) => Promise<void>][]>> = {
  plain: [
    ['welcome', async () => undefined],
    ['search', (page) => find(page, 'rit')],
    ['nothing', (page) => find(page, 'zzz')],
    ['customer', (page) => openFirst(page)],
    [
      'customer-end',
      async (page) => {
        await openFirst(page);
        await page.getByRole('textbox', { name: 'Associated till' }).scrollIntoViewIfNeeded();
      },
    ],
    ['edited', edit],
    [
      'invalid',
      async (page) => {
        await openFirst(page, 'rita jones');
        await page.getByRole('textbox', { name: 'Email' }).fill('rita@');
        await page.getByRole('textbox', { name: 'Registered on' }).fill('2025-02-30');
        await page.keyboard.press('Control+s');
      },
    ],
    ['long-name', (page) => openFirst(page, 'max wolfen')],
    ['fraud', (page) => openFirst(page, 'tom field')],
    ['non-loyalty', (page) => openFirst(page, 'noor noor')],
    [
      'by-identifier',
      async (page) => {
        await find(page, '+44 7700 900123');
        await page.waitForTimeout(600);
        await page.getByRole('option').first().click();
      },
    ],
    [
      'not-found',
      async (page) => {
        await find(page, '+44 7700 900123');
        await page.waitForTimeout(600);
      },
    ],
    [
      'keys',
      async (page) => {
        await page.getByRole('button', { name: 'Keys' }).click();
      },
    ],
    [
      'staff',
      async (page) => {
        await page.getByRole('button', { name: 'Signed in' }).click();
      },
    ],
  ],
  'all-updates': [
    ['list', showUpdates],
    [
      'conflict',
      async (page) => {
        await showUpdates(page);
        await page.getByRole('button', { name: 'Choose' }).click();
      },
    ],
    [
      'history',
      async (page) => {
        await showUpdates(page);
        await page.getByRole('button', { name: 'Details' }).nth(1).click();
      },
    ],
  ],
  thousands: [['list', showUpdates]],
  'many-fields': [['customer', (page) => openFirst(page)]],
  practice: [['customer', (page) => openFirst(page)]],
  rtl: [['customer', (page) => openFirst(page, 'x 966')]],
  'first-start': [['welcome', async () => undefined]],
  'secret-needed': [['panel', async () => undefined]],
};
const customerOnly: (typeof ways)[string] = [['customer', (page) => openFirst(page)]];

const folder = mkdtempSync(join(tmpdir(), 'tillside-scenes-'));
const server = await createServer({
  ...config,
  configFile: false,
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  server: { port: 0, host: '127.0.0.1' },
  logLevel: 'error',
});
await server.listen();
const { port } = Object(server.httpServer?.address());
const browser = await chromium.launch({
  executablePath: process.env.TILLSIDE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
});
const only = process.argv.slice(2);
for (const scene of Object.keys(scenes).filter((name) => only.length === 0 || only.includes(name))) {
  for (const [name, way] of ways[scene] ?? customerOnly) {
    for (const [width, colorScheme] of [
      [1366, 'light'],
      [1024, 'light'],
      [1366, 'dark'],
      [1024, 'dark'],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height: 768 }, colorScheme, hasTouch: width === 1024 });
      page.on('pageerror', (error) => process.stdout.write(`${scene}/${name}: ${error.message}\n`));
      await page.clock.setFixedTime(nowMs);
      await page.goto(`http://127.0.0.1:${port}/test/helpers/scenes/index.html?scene=${scene}`);
      await page.getByRole('searchbox').waitFor();
      await way(page);
      await page.waitForTimeout(250);
      await page.screenshot({ path: join(folder, `${scene}-${name}-${width}-${colorScheme}.png`) });
      await page.close();
    }
  }
}
await browser.close();
await server.close();
process.stdout.write(`${folder}\n`);
