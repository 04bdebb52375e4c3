/**
 * A till as staff have it, for the specs: the preview as a process of its own before a practice server, and Chromium on
 * it with the real preload. The same till can be killed and started again on its data.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test as base, expect, type Locator, type Page } from 'playwright/test';
import { systemClock, systemRandom } from '../../electron/clock/system-clock.ts';
import { practiceConfig, practiceCredentials } from '../../electron/practice/practice-config.ts';
import { type PracticeServer, startPracticeServer } from '../../electron/practice/practice-server.ts';
import { sampleCustomers } from '../../electron/practice/sample-customers.ts';

const root = path.join(import.meta.dirname, '../..');

/** A preview process; its page's address changes with every start. */
class PreviewProcess {
  readonly #folder: string;
  readonly #secret: string;
  #child: ChildProcess | null = null;

  constructor(folder: string, secret: string) {
    this.#folder = folder;
    this.#secret = secret;
  }

  async start(): Promise<string> {
    const nodeBin = path.join(root, 'node_modules', '.bin', 'node');
    const child = spawn(
      nodeBin,
      [
        path.join(root, 'build', 'preview.ts'),
        '--config',
        path.join(this.#folder, 'config.json'),
        '--data',
        path.join(this.#folder, 'data'),
        '--port',
        '0',
        '--no-open',
      ],
      { env: { ...process.env, TILLSIDE_SECRET: this.#secret }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const ready: unknown = JSON.parse(line);
      if (typeof ready === 'object' && ready !== null && 'url' in ready) return String(ready.url);
    }
    throw new Error('The preview ended before it was ready.');
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await ended;
  }
}

export type TillOnScreen = {
  readonly page: Page;
  readonly server: PracticeServer;
  readonly status: Locator;
  readonly find: (query: string, name: RegExp) => Promise<void>;
  readonly field: (name: string) => Locator;
  readonly save: () => Promise<void>;
  /** Ends the program as a power cut would, and starts it again on the same data. */
  readonly killAndRestart: () => Promise<void>;
};

export const test = base.extend<{ secret: string; till: TillOnScreen }>({
  secret: [practiceCredentials.secret, { option: true }],
  till: async ({ page, secret }, use) => {
    const server = await startPracticeServer({
      customers: sampleCustomers(400),
      clock: systemClock,
      random: systemRandom,
    });
    const folder = mkdtempSync(path.join(tmpdir(), 'tillside-e2e-'));
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify(practiceConfig(server.url)));
    const preview = new PreviewProcess(folder, secret);
    await page.goto(await preview.start());
    await use({
      page,
      server,
      status: page.getByRole('status', { name: 'Sync status' }),
      find: async (query, name) => {
        await page.getByRole('searchbox', { name: 'Find customer' }).fill(query);
        await page.getByRole('listbox', { name: 'Customers' }).getByRole('option', { name }).first().click();
      },
      field: (name) => page.getByRole('textbox', { name, exact: true }),
      save: () => page.getByRole('button', { name: 'Save', exact: true }).click(),
      killAndRestart: async () => {
        await preview.stop('SIGKILL');
        await page.goto(await preview.start());
      },
    });
    await preview.stop('SIGTERM');
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  },
});

export { expect };
