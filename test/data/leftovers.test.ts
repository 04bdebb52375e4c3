/** Leftovers of an earlier run that the disk will not let go. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { openOfflineTill } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** A folder with something in it cannot be removed as a file, whoever runs the test. */
function stubborn(place: string): void {
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'inside'), 'x');
}

it('F50: a leftover that cannot be read or removed stops neither the start nor the tidying of the others', async () => {
  const folder = temporaryFolder();
  const { rescue } = folderFiles(folder);
  stubborn(path.join(rescue, 'aaaa.unfinished'));
  writeFileSync(path.join(rescue, 'bbbb.unfinished'), 'half of it');
  stubborn(path.join(folder, 'region-1.db'));
  writeFileSync(path.join(folder, 'region-2.db'), 'old');
  writeFileSync(folderFiles(folder).firstStart, '');
  const logged: string[] = [];
  const till = await openOfflineTill(folder, {
    log: { write: (_level, event) => logged.push(event) },
  });
  await till.close();
  assert.equal(logged.filter((event) => event === 'a left-over file could not be removed').length, 2);
  assert.equal(existsSync(path.join(rescue, 'bbbb.unfinished')), false);
  assert.equal(existsSync(path.join(folder, 'region-2.db')), false);
});
