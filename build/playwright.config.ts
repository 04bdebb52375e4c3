import path from 'node:path';
import { defineConfig } from 'playwright/test';

const root = path.dirname(import.meta.dirname);

export default defineConfig({
  testDir: path.join(root, 'test', 'e2e'),
  outputDir: path.join(root, 'test-results'),
  // Otherwise Playwright would apply the project's `paths` at run time (better-sqlite3 hides its types).
  tsconfig: path.join(import.meta.dirname, 'tsconfig.playwright.json'),
  // One picture for each look on all machines: the fonts come with the app.
  snapshotPathTemplate: path.join(root, 'test', 'e2e', 'screen', 'pictures', '{arg}{ext}'),
  updateSnapshots: 'none',
  // Generous for a busy machine: only a failing spec waits that long.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  // A spec that passes only on the second try does not pass.
  retries: 0,
  forbidOnly: true,
  // Tracing every spec takes half as long again: use `--trace on` if the picture and the page's text are not enough.
  use: { screenshot: 'only-on-failure' },
});
