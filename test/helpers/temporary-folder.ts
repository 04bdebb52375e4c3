import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folders: string[] = [];

/**
 * A folder for a test. It goes when the process of the test ends, not when the test does: a till that is just being closed
 * may still write to it, and a removal that fails for that must not keep the till from being closed.
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
