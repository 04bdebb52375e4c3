import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folders: string[] = [];

/**
 * A folder for a test. It is removed when the test process ends, not with the test: a till that is closing may still
 * write to it, and a failed removal must not stop the till from closing.
 */
export function temporaryFolder(): string {
  if (folders.length === 0) {
    process.once('exit', () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    });
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'tillside-test-'));
  folders.push(folder);
  return folder;
}
