import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { findConfig } from '../../electron/config/find-config.ts';
import { MachineConfigError } from '../../electron/config/machine-config.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { practiceConfig } from '../../electron/practice/practice-config.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Without a machine-wide config. */
function search(liveDataDir: string | null, machineWide = true, argument?: string) {
  const folder = temporaryFolder();
  return findConfig({
    argument,
    env: { ProgramData: folder },
    platform: 'win32',
    cwd: folder,
    machineWide,
    liveDataDir,
  });
}

test('a machine that was never a till opens practice mode', () => {
  assert.deepEqual(search(temporaryFolder()), { mode: 'practice' });
});

test('a till whose config is gone says so, and does not open practice mode', () => {
  const live = temporaryFolder();
  writeFileSync(folderFiles(live).database, '');
  assert.throws(
    () => search(live),
    (error) => error instanceof MachineConfigError && /Put it back, or name it with --config/.test(error.message),
  );
  const named = path.join(live, 'config.json');
  writeFileSync(named, JSON.stringify(practiceConfig('http://127.0.0.1:9')));
  assert.equal(search(live, true, named).mode, 'live');
});

test("the preview, and whoever names another folder, may practise beside a till's data", () => {
  const live = temporaryFolder();
  writeFileSync(folderFiles(live).database, '');
  assert.deepEqual(search(live, false), { mode: 'practice' });
  assert.deepEqual(search(null), { mode: 'practice' });
});
