/**
 * The scenes' page, built once and opened in a browser as often as needed. There is no server: requests are answered
 * here.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { nowMs } from './people.ts';
import type { SceneName } from './scenes.ts';

const types: { readonly [extension: string]: string } = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const origin = 'https://scenes.test';

export type ScenePages = {
  /** A page for one scene after another, at the scenes' own moment. */
  readonly newPage: (options?: BrowserContextOptions) => Promise<Page>;
  /** Shows a scene from its beginning; `language` is what the machine's config would say. */
  readonly show: (page: Page, scene: SceneName, language?: string) => Promise<void>;
  readonly close: () => void;
};

export async function buildScenePages(browser: Browser): Promise<ScenePages> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillside-scenes-'));
  const script = path.join(import.meta.dirname, 'build-scenes.ts');
  await promisify(execFile)(process.execPath, [script, folder]);
  return {
    async newPage(options = {}) {
      const context = await browser.newContext(options);
      await context.route(`${origin}/**`, async (route) => {
        const file = path.join(folder, path.normalize(new URL(route.request().url()).pathname));
        try {
          const contentType = types[path.extname(file)] ?? 'application/octet-stream';
          await route.fulfill({ body: readFileSync(file), contentType });
        } catch {
          await route.fulfill({ status: 404 });
        }
      });
      const page = await context.newPage();
      await page.clock.setFixedTime(nowMs);
      return page;
    },
    async show(page, scene, language = 'en') {
      await page.goto(`${origin}/index.html?${new URLSearchParams({ scene, language })}`);
      await page.getByRole('searchbox').or(page.locator('#trouble-title')).waitFor();
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
