import path from 'node:path';
import { defineConfig } from 'playwright/test';

const root = path.dirname(import.meta.dirname);

export default defineConfig({
  testDir: path.join(root, 'test', 'e2e'),
  outputDir: path.join(root, 'test-results'),
  // Its runner would take the `paths` of the project's own at run time (better-sqlite3 hides its types).
  tsconfig: path.join(import.meta.dirname, 'tsconfig.playwright.json'),
  // A busy machine starts a till and a page slowly; a spec itself waits for nothing longer than `expect` says.
  timeout: 60_000,
  expect: { timeout: 7_000 },
  fullyParallel: true,
  workers: 2,
  // A spec that passes only at the second try is not a passing spec.
  retries: 0,
  forbidOnly: true,
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
});
