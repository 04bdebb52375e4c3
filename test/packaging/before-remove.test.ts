/** What deb and rpm run before Tillside is removed. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../build/project-root.ts';
import { unsentNote } from '../../electron/care/unsent-note.ts';
import { dataPlace } from '../../electron/machine/data-place.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const script = path.join(projectRoot, 'build', 'packaging', 'installer', 'before-remove.sh');
const oldestSavedAtMs = Date.UTC(2026, 0, 15, 9);

function remove(folder: string, how: string) {
  const { status, stderr } = spawnSync('/bin/sh', [script, how], {
    env: { ...process.env, TILLSIDE_HOMES: folder },
    encoding: 'utf8',
  });
  return { status, stderr };
}

const none = { updates: 0, firstAtMs: null, lastAtMs: null };

test('removing the program says what each user has not sent, and deletes nothing (F30)', () => {
  const folder = temporaryFolder();
  const meera = dataPlace('linux', {}, path.join(folder, 'meera'), 'live');
  const tom = dataPlace('linux', {}, path.join(folder, 'tom'), 'live');
  const note = unsentNote(meera);
  note({ unsent: 3, oldestSavedAtMs, inFiles: none });
  unsentNote(tom)({ unsent: 0, oldestSavedAtMs: null, inFiles: none });

  for (const how of ['remove', '0']) {
    const { status, stderr } = remove(folder, how);
    assert.equal(status, 0, 'the removal continues');
    assert.match(
      stderr,
      /3 changes of customers have not reached head office; the oldest was saved at 2026-01-15T09:00/,
    );
    assert.ok(stderr.includes(meera), stderr);
    assert.ok(!stderr.includes(tom), stderr);
  }
  assert.ok(existsSync(folderFiles(meera).unsentNote));
  for (const how of ['upgrade', '1']) assert.equal(remove(folder, how).stderr, '', 'an update is not a removal');

  const moved = { updates: 2, firstAtMs: oldestSavedAtMs, lastAtMs: oldestSavedAtMs };
  note({ unsent: 3, oldestSavedAtMs, inFiles: moved });
  assert.match(
    remove(folder, 'remove').stderr,
    /3 changes .*; 2 more only in rescue files\.\n.*Install Tillside again/,
  );
  note({ unsent: 0, oldestSavedAtMs: null, inFiles: moved });
  assert.match(
    remove(folder, 'remove').stderr,
    /2 changes .* perhaps not reached head office: only in rescue files; the last was moved at 2026-01-15.*\n {2}Keep .*rescue until/,
  );

  note({ unsent: 0, oldestSavedAtMs: null, inFiles: none });
  assert.equal(remove(folder, 'remove').stderr, '', 'all is sent');
});

test('the script before removal follows no link as root, and prints only its own sentences', () => {
  const folder = temporaryFolder();
  const secret = path.join(temporaryFolder(), 'shadow');
  writeFileSync(secret, '9 changes of customers have not reached head office\n');
  const liveOf = (user: string) => dataPlace('linux', {}, path.join(folder, user), 'live');
  const links: { readonly [user: string]: () => void } = {
    note: () => {
      mkdirSync(liveOf('note'), { recursive: true });
      symlinkSync(secret, folderFiles(liveOf('note')).unsentNote);
    },
    folder: () => {
      const real = temporaryFolder();
      writeFileSync(folderFiles(real).unsentNote, '9 changes of customers have not reached head office\n');
      mkdirSync(path.dirname(liveOf('folder')), { recursive: true });
      symlinkSync(real, liveOf('folder'));
    },
    home: () => {
      const real = temporaryFolder();
      unsentNote(dataPlace('linux', {}, real, 'live'))({ unsent: 9, oldestSavedAtMs: null, inFiles: none });
      symlinkSync(real, path.join(folder, 'home'));
    },
    words: () => {
      mkdirSync(liveOf('words'), { recursive: true });
      writeFileSync(folderFiles(liveOf('words')).unsentNote, '\x1b]0;owned\x07root:x:0:0\n');
    },
  };
  for (const make of Object.values(links)) make();
  assert.deepEqual(remove(folder, 'remove'), { status: 0, stderr: '' });
});
