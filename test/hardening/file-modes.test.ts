/** Only its own user can read what a till writes. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ensureBuilt } from '../../build/bundles.ts';
import { practiceConfig } from '../../electron/practice/practice-config.ts';
import { configured, startDesktop } from '../helpers/electron/desktop.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test.before(() => ensureBuilt(['renderer', 'preload']));

test("no other user of the machine can read a till's files, even in a folder that was open to all", async (t) => {
  const folder = temporaryFolder();
  const data = path.join(folder, 'data');
  const before = process.umask(0o000);
  t.after(() => process.umask(before));
  mkdirSync(data, { mode: 0o777 });
  const desktop = await startDesktop(t, {
    args: configured(folder, practiceConfig('http://127.0.0.1:9')),
    env: { TILLSIDE_SECRET: 'Korrekt-Pferd-9' },
  });
  await desktop.window();
  assert.equal((await desktop.call('till.backUp')).kind, 'made');
  assert.equal((await desktop.call('till.supportBundle')).kind, 'made');
  await desktop.close();

  const found = readdirSync(data, { recursive: true, withFileTypes: true });
  const names = found.filter((entry) => entry.isFile()).map(({ name }) => name);
  for (const wanted of [/^secrets\.json$/, /\.db$/, /\.log$/, /\.zip$/]) {
    assert.ok(
      names.some((name) => wanted.test(name)),
      `${wanted} is not among ${names}`,
    );
  }
  // Windows has no file modes: there the user's own folder is closed to others.
  const open = found
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0);
  assert.deepEqual(open, []);
});
