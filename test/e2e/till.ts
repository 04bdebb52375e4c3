/**
 * A till with its screen for the specs: its own loyalty server, a config, a data folder, and the screen in either host
 * (the preview in Chromium, or Electron). The same specs run on both.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type Browser, test as base, expect, type Locator, type Page } from 'playwright/test';
import { isRoot } from '../../build/chromium.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import {
  practiceConfig,
  practiceCredentials,
  secondPracticeCredentials,
} from '../../electron/practice/practice-config.ts';
import { type PracticeServer, startPracticeServer } from '../../electron/practice/practice-server.ts';
import { sampleCustomers, sampleSize } from '../../electron/practice/sample-customers.ts';
import { run } from '../command-line/run.ts';
import { launchChromium } from '../helpers/browser.ts';
import { bundleParts, logsOf, PersonalData, type Source } from './personal-data.ts';
import { Previews } from './previews.ts';

export { expect } from 'playwright/test';

const root = path.dirname(path.dirname(import.meta.dirname));

/**
 * Without these flags the address bar of each window loads two pages of its own, half a second of work for each spec.
 * Chromium uses only the last such list, so the entries of Playwright's own list that matter here are repeated.
 */
const noAddressBar = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'PaintHolding',
  'HttpsUpgrades',
  'OptimizationHints',
];
const browserFlags = [`--disable-features=${noAddressBar.join(',')}`];
const onElectron = process.env.TILLSIDE_E2E_HOST === 'electron';

/** A number as shown, with any kind of grouping. */
export const inGroups = (digits: string) => new RegExp([...digits].join('\\s?'));

/** The screen of one running host. */
type RunningHost = {
  readonly page: Page;
  readonly pickFile: (region: Locator, file: string) => Promise<void>;
  /** `kill` is a power cut for the program; `quit` is what closing it does; `leave` keeps its process for the next spec. */
  readonly stop: (how: 'kill' | 'quit' | 'leave') => Promise<void>;
  /** What the program and its page have printed so far. */
  readonly said: () => readonly Source[];
};

export type TillSettings = {
  /** `practice`: no config, the practice server inside the till. `live`: a config for the spec's own server. */
  readonly mode: 'live' | 'practice';
  /** Config sections that differ from the practice server's own. */
  readonly config: { readonly [section: string]: object };
  /** `null`: the till starts without one and asks. */
  readonly secret: string | null;
  /** How many sample customers the spec's server has; the named ones come first. */
  readonly customers: number;
  readonly server: Partial<Parameters<typeof startPracticeServer>[0]>;
  readonly viewport: { readonly width: number; readonly height: number };
  /** A till without keyboard and mouse. */
  readonly touch: boolean;
};

const usual: TillSettings = {
  mode: 'live',
  config: {},
  secret: practiceCredentials.secret,
  customers: 200,
  server: {},
  viewport: { width: 1366, height: 768 },
  touch: false,
};

export type TillScreen = {
  readonly page: Page;
  /** The loyalty server of a live till. A practice till has its own and never calls this one. */
  readonly server: PracticeServer;
  readonly dataDir: string;
  readonly status: Locator;
  readonly field: (name: string) => Locator;
  readonly switch: (name: string) => Locator;
  /** A number or word beside its label, such as "Points". */
  readonly figure: (region: Locator, name: string) => Locator;
  /** Types into the search and opens the first customer with that name. */
  readonly find: (query: string, name: RegExp) => Promise<void>;
  readonly save: () => Promise<void>;
  /** Enters a file of this computer for the region: in the desktop's dialog, or as a typed path. */
  readonly pickFile: (region: Locator, file: string) => Promise<void>;
  /** Opens the "Updates" region if it is closed. */
  readonly openUpdates: () => Promise<Locator>;
  /** What the server has applied so far, by field, one entry an update. */
  readonly changes: () => readonly { readonly [key: string]: string }[];
  /** Stops the program and starts it again on the same data, after `meanwhile`; `page` is a new one then. */
  readonly restart: (how: 'kill' | 'quit', meanwhile?: () => Promise<void>) => Promise<void>;
};

type Fixtures = {
  readonly settings: Partial<TillSettings>;
  readonly till: TillScreen;
  /** Another till of the same organisation, on the same server, with its own screen. */
  readonly secondTill: TillScreen;
};

/** What the tills of a worker's specs run in, one after another. */
type PreviewHost = { readonly browser: Browser; readonly previews: Previews };

export const test = base.extend<Fixtures, { host: PreviewHost | null }>({
  settings: [{}, { option: true }],

  host: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      if (onElectron) return await use(null);
      const browser = await launchChromium(false, browserFlags);
      const previews = new Previews();
      await use({ browser, previews });
      await previews.end();
      await browser.close();
    },
    { scope: 'worker' },
  ],

  till: async ({ settings, host }, use) => {
    const chosen = { ...usual, ...settings };
    const server = await startPracticeServer({
      customers: sampleCustomers(chosen.customers),
      clock: systemClock,
      random: systemRandom,
      ...chosen.server,
    });
    const { screen, close } = await openScreen(host, server, chosen);
    await use(screen);
    await close();
    await server.close();
  },

  secondTill: async ({ settings, host, till }, use) => {
    const auth = { method: 'basic', till: secondPracticeCredentials.till };
    const chosen = { ...usual, ...settings, config: { ...settings.config, auth } };
    const { screen, close } = await openScreen(host, till.server, chosen);
    await use(screen);
    await close();
  },
});

/** One till of the server's, with its own data folder. */
async function openScreen(
  host: PreviewHost | null,
  server: PracticeServer,
  chosen: TillSettings,
): Promise<{ readonly screen: TillScreen; readonly close: () => Promise<void> }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tillside-e2e-'));
  const args = ['--data', path.join(dataDir, 'data')];
  if (chosen.mode === 'live') {
    const file = path.join(dataDir, 'config.json');
    const own = {
      ...practiceConfig(server.url),
      sync: { settleSeconds: 0.3, slowServerSeconds: 0.3 },
      log: { level: 'debug' },
    };
    writeFileSync(file, JSON.stringify({ ...own, ...chosen.config }));
    args.push('--config', file);
  }
  const start = (secret: string | null) =>
    host === null ? openElectron(args, secret) : openPreview(host, args, chosen, secret);
  let running = await start(chosen.secret);
  const said: Source[] = [];
  const screen: TillScreen = {
    get page() {
      return running.page;
    },
    server,
    dataDir,
    get status() {
      return running.page.getByRole('status', { name: 'Sync status' });
    },
    field: (name) => running.page.getByRole('textbox', { name, exact: true }),
    switch: (name) => running.page.getByRole('switch', { name, exact: true }),
    figure: (region, name) => region.getByRole('group', { name, exact: true }),
    find: async (query, name) => {
      const { page } = running;
      await page.getByRole('searchbox', { name: 'Find customer' }).fill(query);
      await page.getByRole('listbox', { name: 'Customers' }).getByRole('option', { name }).first().click();
      // The previous customer's page stays for a moment; the new one's name takes the focus.
      await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
    },
    pickFile: (region, file) => running.pickFile(region, file),
    save: () => running.page.getByRole('button', { name: 'Save', exact: true }).click(),
    openUpdates: async () => {
      const region = running.page.getByRole('region', { name: 'Updates', exact: true });
      if (!(await region.isVisible())) {
        await running.page.getByRole('button', { name: 'Updates', exact: true }).click();
      }
      return region;
    },
    changes: () => server.control.ledger.map((entry) => entry.changes),
    restart: async (how, meanwhile = async () => undefined) => {
      await running.stop(how);
      said.push(...running.said());
      await meanwhile();
      // The secret is given once: from now on the till has its own.
      running = await start(null);
    },
  };
  return {
    screen,
    close: async () => {
      await running.stop('leave');
      said.push(...running.said());
      const { customers, ledger } = server.control;
      const people = chosen.mode === 'live' ? customers : sampleCustomers(sampleSize);
      await expectNoPersonalData(args, new PersonalData([...people, ...ledger.map(({ changes }) => changes)]), said);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Whatever a spec did, no log, error text or support bundle tells who the customers were. */
async function expectNoPersonalData(
  args: readonly string[],
  personal: PersonalData,
  said: readonly Source[],
): Promise<void> {
  const dataDir = args[args.indexOf('--data') + 1] ?? '';
  const file = path.join(dataDir, 'bundle-of-the-spec.zip');
  const transport = createNodeTransport({ clock: systemClock, env: {} });
  const made = await run(['support-bundle', file, ...args], { transport: transport.send });
  transport.close();
  expect(made).toMatchObject({ code: 0, err: '' });
  const logs = logsOf(dataDir);
  // Otherwise nothing was checked.
  expect(logs.map(({ text }) => text).join('')).toContain('"event":"till opened"');
  expect(personal.size).toBeGreaterThan(0);
  const sources = [...said, ...logs, ...bundleParts(file), { name: 'tillside support-bundle', text: made.out }];
  expect(sources.flatMap((source) => personal.findIn(source))).toEqual([]);
}

function environment(secret: string | null): { [name: string]: string } {
  const { TILLSIDE_SECRET: _inherited, TILLSIDE_CONFIG: _config, ...own } = process.env;
  const env = secret === null ? own : { ...own, TILLSIDE_SECRET: secret };
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function openPreview(
  { browser, previews }: PreviewHost,
  args: readonly string[],
  { viewport, touch }: TillSettings,
  secret: string | null,
): Promise<RunningHost> {
  const said = new Map<string, string>();
  const hear = (name: string, text: string) => said.set(name, `${said.get(name) ?? ''}${text}\n`);
  const preview = await previews.open([...args, '--port', '0', '--no-open'], secret, (text) => {
    hear('what the program said', text);
    process.stderr.write(text);
  });
  // Motion is only paint, and a twentieth of a spec's work.
  const context = await browser.newContext({ viewport, hasTouch: touch, reducedMotion: 'reduce' });
  const page = await context.newPage();
  hearPage(page, hear);
  await page.goto(preview.url);
  return {
    page,
    pickFile: (region, file) => region.getByRole('textbox', { name: 'File location' }).fill(file),
    said: () => [...said].map(([name, text]) => ({ name, text })),
    stop: async (how) => {
      await context.close();
      await preview[how]();
    },
  };
}

function hearPage(page: Page, hear: (name: string, text: string) => void): void {
  page.on('console', (message) => hear('console of the page', message.text()));
  page.on('pageerror', (error) => hear('errors of the page', error.stack ?? error.message));
}

async function openElectron(args: readonly string[], secret: string | null): Promise<RunningHost> {
  const sandbox = isRoot() ? ['--no-sandbox'] : [];
  const app = await _electron.launch({ args: [root, ...args, ...sandbox], env: environment(secret) });
  const said = new Map<string, string>();
  const hear = (name: string, text: string) => said.set(name, `${said.get(name) ?? ''}${text}\n`);
  const page = await app.firstWindow();
  hearPage(page, hear);
  return {
    page,
    pickFile: async (region, file) => {
      await app.evaluate(({ dialog }, picked) => {
        dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [picked] });
      }, file);
      await region.getByRole('button', { name: 'Choose file' }).click();
    },
    said: () => [...said].map(([name, text]) => ({ name, text })),
    stop: async (how) => {
      const child = app.process();
      const ended = once(child, 'exit');
      child.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
      await ended;
    },
  };
}
