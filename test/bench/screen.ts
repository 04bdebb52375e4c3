/** The built screen in Chromium, with all customers behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from 'playwright';
import { z } from 'zod';
import { distFolder, ensureBuilt } from '../../build/bundles.ts';
import { chromiumFlags, findChromium, isRoot } from '../../build/chromium.ts';
import { projectRoot } from '../../build/project-root.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { benchConfig } from './config.ts';
import { copyOf, openBench, saveMany } from './folder.ts';
import { type Goal, median, percentile } from './goals.ts';
import { gzippedScriptKb, mostRendererKb } from './renderer-size.ts';
import { keysOf } from './search.ts';

export async function measureScreen(customers: number, isCheck: boolean): Promise<readonly Goal[]> {
  await ensureBuilt(['preload', 'renderer']);
  const size: Goal = {
    job: 'JavaScript until search is ready, gzipped',
    value: gzippedScriptKb(path.join(distFolder, 'renderer')),
    unit: 'KB',
    atMost: mostRendererKb,
    note: '',
  };
  const executablePath = await findChromium(process.platform, process.env);
  if (isCheck || executablePath === null) return [size];
  const dataDir = await copyOf(customers, 'screen');
  const db = openBench(dataDir);
  const waiting = Math.min(10_000, customers / 10);
  saveMany(db, waiting, customers);
  db.close();
  secretFile(dataDir, null).write('api-secret', 'bench');
  const config = path.join(dataDir, 'config.json');
  writeFileSync(config, JSON.stringify(benchConfig('http://127.0.0.1:9')));
  const browser = await chromium.launch({ executablePath, args: chromiumFlags(isRoot()) });
  try {
    const starts: number[] = [];
    for (let round = 0; round < 3; round += 1) starts.push(await startToSearch(browser, dataDir, config));
    const preview = await startPreview(dataDir, config);
    const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
    await page.goto(preview.url);
    const measured = async () => ({
      times: await keysToPaint(page, keysOf('first and last', 40, customers)),
      frames: await scrolledUpdates(page),
    });
    const { times, frames } = await measured().finally(preview.stop);
    return [
      size,
      {
        job: 'key press to painted results, p95',
        value: percentile(times, 0.95),
        unit: 'ms',
        atMost: 50,
        note: `${times.length} keys, p50 ${median(times).toFixed(0)} ms`,
      },
      { job: 'preview start to usable search', value: median(starts), unit: 'ms', atMost: 1000, note: 'browser open' },
      {
        job: `scrolling ${waiting} updates, frames over 50 ms`,
        value: frames.slow,
        unit: '',
        atMost: 0,
        note: `of ${frames.all}; the longest took ${frames.longestMs.toFixed(0)} ms; ${frames.rows} rows in the page`,
      },
    ];
  } finally {
    await browser.close();
  }
}

const ready = z.object({ ready: z.literal(true), url: z.string() });

async function startPreview(dataDir: string, config: string) {
  const args = ['build/preview.ts', '--config', config, '--data', dataDir, '--port', '0', '--no-open'];
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line]: unknown[] = await once(lines, 'line');
  return {
    url: ready.parse(JSON.parse(String(line))).url,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** From the start of the program until a typed customer is found. */
async function startToSearch(browser: Browser, dataDir: string, config: string): Promise<number> {
  const page = await browser.newPage();
  const startedMs = performance.now();
  const preview = await startPreview(dataDir, config);
  await page.goto(preview.url);
  await page.getByRole('searchbox', { name: 'Find customer' }).fill('ri');
  await page.getByRole('listbox', { name: 'Customers' }).getByRole('option').first().waitFor();
  const tookMs = performance.now() - startedMs;
  await page.close();
  await preview.stop();
  return tookMs;
}

/** Each key by the browser's own clocks: from its event until the frame with its results is painted. */
async function keysToPaint(page: Page, queries: readonly string[]): Promise<number[]> {
  const box = page.getByRole('searchbox', { name: 'Find customer' });
  await box.waitFor();
  const times: number[] = [];
  for (const query of queries) {
    const isFirst = query.length === 1;
    if (isFirst) await box.fill('');
    // It must listen before the key comes.
    await page.evaluate(() => {
      const input = document.querySelector('input[type=search]');
      const column = input?.closest('search') ?? document.body;
      const painted = new Promise<number | null>((resolve) => {
        const listen = (event: Event) => {
          // The search shows a count once the list is there, and nothing while it runs.
          const observer = new MutationObserver(() => {
            if ((column.querySelector(':scope > [role=status]')?.textContent ?? '').trim() === '') return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - event.timeStamp), 0));
          });
          observer.observe(column, { childList: true, subtree: true, characterData: true, attributes: true });
          // Without a result there is nothing to paint.
          setTimeout(() => resolve(null), 2_000);
        };
        input?.addEventListener('input', listen, { once: true });
      });
      Reflect.set(window, 'painted', painted);
    });
    await page.keyboard.type([...query].at(-1) ?? 'a');
    const tookMs = await page.evaluate((): Promise<number | null> => Reflect.get(window, 'painted'));
    if (tookMs !== null) times.push(tookMs);
  }
  return times;
}

/** From the top to the end of the list of updates, one page height a frame. */
async function scrolledUpdates(page: Page) {
  await page
    .getByRole('button', { name: /Updates/ })
    .first()
    .click();
  const region = page.getByRole('region', { name: 'Updates' });
  await region.getByRole('listitem').first().waitFor();
  return await region.evaluate(async (section) => {
    const list = section.querySelector('ul')?.parentElement;
    if (list === null || list === undefined) throw new Error('there is no list');
    const frames: number[] = [];
    let before = performance.now();
    for (let step = 0; step < 240; step += 1) {
      list.scrollTop += list.clientHeight;
      await new Promise(requestAnimationFrame);
      frames.push(performance.now() - before);
      before = performance.now();
    }
    return {
      all: frames.length,
      slow: frames.filter((ms) => ms > 50).length,
      longestMs: Math.max(...frames),
      rows: section.querySelectorAll('li').length,
    };
  });
}
