import path from 'node:path';
import { defineConfig } from 'playwright/test';

const root = path.dirname(import.meta.dirname);

export default defineConfig({
  testDir: path.join(root, 'test', 'e2e'),
  outputDir: path.join(root, 'test-results'),
  // Its runner would take the `paths` of the project's own at run time (better-sqlite3 hides its types).
  tsconfig: path.join(import.meta.dirname, 'tsconfig.playwright.json'),
  // One picture a look for all machines: the fonts come with the app.
  snapshotPathTemplate: path.join(root, 'test', 'e2e', 'screen', 'pictures', '{arg}{ext}'),
  updateSnapshots: 'none',
  // Generous for a busy machine: only a spec that fails waits so long.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  // A spec that passes only at the second try is not a passing spec.
  retries: 0,
  forbidOnly: true,
  // A trace of every spec takes half as long again: `--trace on` where the picture and the page's text do not tell enough.
  use: { screenshot: 'only-on-failure' },
});
