import { defineConfig } from 'playwright/test';
import { chromiumFlags, findChromium, isRoot } from './chromium.ts';

const executablePath = await findChromium(process.platform, process.env);

export default defineConfig({
  testDir: '../test/e2e',
  testMatch: '**/*.spec.ts',
  tsconfig: './tsconfig.playwright.json',
  outputDir: '../test-results',
  reporter: [['list']],
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  use: {
    ...(executablePath === null ? {} : { launchOptions: { executablePath, args: chromiumFlags(isRoot()) } }),
    viewport: { width: 1366, height: 768 },
  },
});
