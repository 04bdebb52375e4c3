/**
 * The scenes' page, built once and opened in a browser as often as needed. The browser keeps its files and its compiled
 * scripts: that halves the work of showing a scene.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
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
/** Serves a folder's files to this machine. */
async function serve(folder: string): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer((request, response) => {
    const file = path.join(folder, path.posix.normalize(new URL(request.url ?? '', 'http://localhost').pathname));
    try {
      const body = readFileSync(file);
      const type = types[path.extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'max-age=86400, immutable' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scenes have no port');
  return { server, origin: `http://127.0.0.1:${address.port}` };
}

export type ScenePages = {
  /** A page for one scene after another, at the scenes' own moment. */
  readonly newPage: (options?: BrowserContextOptions) => Promise<Page>;
  /** Shows a scene from its beginning; `language` is what the machine's config would say. */
  readonly show: (page: Page, scene: SceneName, language?: string) => Promise<void>;
  readonly close: () => void;
};

/** Builds the page into a folder. If another process builds it already, waits for that. */
export async function buildScenes(folder: string): Promise<void> {
  const done = path.join(folder, 'built');
  mkdirSync(path.dirname(folder), { recursive: true });
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    while (!existsSync(done)) await setTimeout(50);
    return;
  }
  const script = path.join(import.meta.dirname, 'build-scenes.ts');
  await promisify(execFile)(process.execPath, [script, folder]);
  writeFileSync(done, '');
}

/** @param folder with the built page */
export async function openScenePages(browser: Browser, folder: string): Promise<ScenePages> {
  const { server, origin } = await serve(folder);
  return {
    async newPage(options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await page.clock.setFixedTime(nowMs);
      return page;
    },
    async show(page, scene, language = 'en') {
      const isOpen = page.url().startsWith(origin);
      if (!isOpen) await page.goto(`${origin}/index.html?${new URLSearchParams({ scene, language })}`);
      // In one call, because each question to the page costs as much as a picture.
      await page.evaluate(
        async ({ again, asked }) => {
          // Half the work of a new document.
          if (again) await window.showScene(...asked);
          const isShown = (selector: string) => document.querySelector(selector)?.checkVisibility() === true;
          // The page beside the search comes a moment later.
          while (!isShown('h1') || !isShown('#find-customer, #trouble-title')) {
            await new Promise((resolve) => requestAnimationFrame(resolve));
          }
        },
        { again: isOpen, asked: [scene, language] as const },
      );
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
