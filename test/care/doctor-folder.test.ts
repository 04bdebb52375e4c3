/** The doctor reports what is in the way of a file or folder that Tillside needs. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { strFromU8 } from 'fflate';
import { folderPart } from '../../electron/care/bundle.ts';
import { checkFolder } from '../../electron/care/doctor/check-folder.ts';
import { logFolder } from '../../electron/machine/file-log.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { openOfflineTill } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const inTheWay: { readonly [what: string]: (place: string) => void } = {
  folder: (place) => mkdirSync(place),
  file: (place) => writeFileSync(place, 'in the way'),
  'link to nothing': (place) => symlinkSync('/no/such/place', place),
};

/** Each place, with what must not be there. */
const places: readonly (readonly [string, (folder: string) => string, readonly string[]])[] = [
  ['the last commits', (folder) => `${folderFiles(folder).database}-wal`, ['folder', 'link to nothing']],
  ['the lock', (folder) => folderFiles(folder).lock, ['folder', 'link to nothing']],
  ['the mark of the key', (folder) => folderFiles(folder).keyMark, ['folder', 'link to nothing']],
  ['a restored database', (folder) => folderFiles(folder).incoming, ['folder', 'link to nothing']],
  ['the note of unsent changes', (folder) => folderFiles(folder).unsentNote, ['folder', 'link to nothing']],
  ['the note of a first start', (folder) => folderFiles(folder).firstStart, ['folder', 'link to nothing']],
  ['backups', (folder) => folderFiles(folder).backups, ['file', 'link to nothing']],
  ['rescue files', (folder) => folderFiles(folder).rescue, ['file', 'link to nothing']],
  ['data set aside', (folder) => folderFiles(folder).aside, ['file', 'link to nothing']],
  ['logs', logFolder, ['file', 'link to nothing']],
];

describe('what is in the way of Tillside', () => {
  it('is reported with its path, whatever it is, and the support bundle still lists the folder', async () => {
    const folder = temporaryFolder();
    await (await openOfflineTill(folder)).close();
    assert.equal(checkFolder(folder, process.platform).severity, 'fine');
    for (const [name, placeOf, wrong] of places) {
      for (const what of wrong) {
        const place = placeOf(folder);
        rmSync(place, { recursive: true, force: true });
        inTheWay[what]?.(place);
        const { severity, found, advice } = checkFolder(folder, process.platform);
        assert.equal(severity, 'act', `${name}: a ${what}`);
        assert.ok(found.startsWith(`${place} is a ${what.split(' ')[0]}`), found);
        assert.match(String(advice), /do not delete it/);
        assert.match(strFromU8(folderPart(folder).content), /tillside\.db/);
        rmSync(place, { recursive: true, force: true });
      }
    }
  });

  it('is reported if it is a folder that this user cannot write to', {
    skip: process.getuid?.() === 0 || process.platform === 'win32',
  }, async () => {
    const folder = temporaryFolder();
    await (await openOfflineTill(folder)).close();
    const { backups } = folderFiles(folder);
    mkdirSync(backups);
    chmodSync(backups, 0o500);
    const { severity, found } = checkFolder(folder, process.platform);
    chmodSync(backups, 0o700);
    assert.equal(severity, 'act');
    assert.equal(found, `Cannot use ${path.resolve(backups)} (EACCES)`);
  });
});
