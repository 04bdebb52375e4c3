/** A missing or empty database means a new till only if nothing in its folder shows that there was one (F58). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { openDatabase } from '../../electron/db/open.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { TillCannotOpen } from '../../electron/machine/till-cannot-open.ts';
import { run } from '../command-line/run.ts';
import { openOfflineTill, saveFor, someMobile, storedKey } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const losses: { readonly [how: string]: (database: string, keyHex: string) => void } = {
  missing: (database) => rmSync(database),
  'of 0 bytes': (database) => writeFileSync(database, ''),
  'never filled': (database, keyHex) => {
    rmSync(database);
    const db = openDatabase({ file: database, keyHex });
    // One page on the disk with nothing of Tillside's in it.
    db.exec('create table t (a); drop table t');
    db.close();
  },
};

/** Any of these may be all that is left of a till; each comes from one that was used. */
const signs: { readonly [name: string]: (from: string, to: string) => void } = {
  'its key': (from, to) => cpSync(path.join(from, 'secrets.json'), path.join(to, 'secrets.json')),
  'the fingerprint of its key': (from, to) => cpSync(folderFiles(from).keyMark, folderFiles(to).keyMark),
  'a note of unsent changes': (_from, to) => writeFileSync(folderFiles(to).unsentNote, '1 change\n'),
  backups: (from, to) => cpSync(folderFiles(from).backups, folderFiles(to).backups, { recursive: true }),
  'the last commits': (_from, to) => writeFileSync(`${folderFiles(to).database}-wal`, 'frames'),
  'older data set aside': (_from, to) => {
    mkdirSync(folderFiles(to).aside);
    writeFileSync(path.join(folderFiles(to).aside, 'old.db'), 'x');
  },
  'rescue files': (_from, to) => {
    mkdirSync(folderFiles(to).rescue);
    writeFileSync(path.join(folderFiles(to).rescue, 'a.tillside-rescue'), 'x');
  },
  "a region's customers": (_from, to) => writeFileSync(path.join(to, 'region-20260101T000000000Z.db'), 'x'),
};

let used = '';
before(async () => {
  used = temporaryFolder();
  const till = await openOfflineTill(used);
  await saveFor(till, someMobile, 'Waiting');
  await till.backUp();
  await till.close();
});

function contentsOf(folder: string) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !['instance.lock', 'audit.jsonl'].includes(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => [path.relative(folder, file), createHash('sha256').update(readFileSync(file)).digest('hex')]);
}

async function trouble(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TillCannotOpen, `it ended with ${String(error)}`);
  return error.code;
}

describe('F58 a database that is gone or empty', () => {
  for (const [how, lose] of Object.entries(losses)) {
    it(`${how}: is reported at every start and by every command, and nothing replaces it`, async () => {
      const folder = path.join(temporaryFolder(), 'till');
      cpSync(used, folder, { recursive: true });
      lose(folderFiles(folder).database, storedKey(used));
      writeFileSync(folderFiles(folder).unsentNote, '1 change\n');
      const before = contentsOf(folder);
      for (let start = 0; start < 2; start += 1) {
        assert.equal(await trouble(openOfflineTill(folder)), 'database-missing');
        assert.deepEqual(contentsOf(folder), before);
      }
      const region = path.join(temporaryFolder(), 'region.csv');
      writeFileSync(region, 'mobile,firstname\n919845012345,Asha\n');
      const env = { TILLSIDE_PASSPHRASE: 'correct horse battery' };
      for (const argv of [['outbox', 'list'], ['outbox', 'export'], ['import', region], ['backup']]) {
        const ran = await run([...argv, '--data', folder], { env });
        assert.equal(ran.code, 2, `${argv.join(' ')}: ${ran.out}${ran.err}`);
        assert.match(ran.err, /data of this till is missing.*tillside restore/, argv.join(' '));
        assert.deepEqual(contentsOf(folder), before, argv.join(' '));
      }
      const doctor = await run(['doctor', '--data', folder]);
      assert.equal(doctor.code, 2, doctor.out);
      assert.match(doctor.out, /ACT {3}database/);
      assert.deepEqual(contentsOf(folder), before);
      assert.ok((await run(['restore', '--yes', '--data', folder])).code < 2);
      const till = await openOfflineTill(folder);
      assert.equal(till.status().unsent, 1);
      await till.close();
    });
  }

  for (const [sign, leave] of Object.entries(signs)) {
    it(`is recognised by ${sign} alone`, async () => {
      for (const how of ['missing', 'of 0 bytes']) {
        const folder = temporaryFolder();
        leave(used, folder);
        if (how === 'of 0 bytes') writeFileSync(folderFiles(folder).database, '');
        const before = contentsOf(folder);
        const ran = await run(['outbox', 'list', '--data', folder]);
        assert.equal(ran.code, 2);
        assert.match(ran.err, new RegExp(`data of this till is missing.*${sign}`));
        const code = await trouble(openOfflineTill(folder));
        assert.equal(code, 'database-missing', how);
        assert.deepEqual(contentsOf(folder), before);
      }
    });
  }

  it('means a new till if nothing speaks against it, even if the first start was cut off', async () => {
    const folder = temporaryFolder();
    writeFileSync(folderFiles(folder).database, '');
    await (await openOfflineTill(folder)).close();
    assert.ok(statSync(folderFiles(folder).database).size > 0);
    assert.equal(existsSync(folderFiles(folder).firstStart), false);

    const cutOff = temporaryFolder();
    writeFileSync(folderFiles(cutOff).firstStart, '');
    secretFile(cutOff, null).write('database-key', 'a'.repeat(64));
    writeFileSync(folderFiles(cutOff).database, '');
    await (await openOfflineTill(cutOff)).close();
    assert.ok(statSync(folderFiles(cutOff).database).size > 0);
  });
});

describe('F58 backups', () => {
  it('are not made of an empty database, and the newest whole one is offered', async () => {
    const folder = path.join(temporaryFolder(), 'till');
    cpSync(used, folder, { recursive: true });
    const { backups, database } = folderFiles(folder);
    const [good = ''] = readdirSync(backups);
    const bytes = readFileSync(path.join(backups, good));
    const bad = {
      '20990101T000000001Z-daily.db': Buffer.alloc(0),
      '20990101T000000002Z-daily.db': bytes.subarray(0, 9000),
      '20990101T000000003Z-daily.db': Buffer.from(bytes).fill(0x5a, 0, 200),
      '20990101T000000004Z-daily.db': Buffer.from(bytes).fill(0x5a, bytes.length >> 1, (bytes.length >> 1) + 4096),
    };
    for (const [name, content] of Object.entries(bad)) writeFileSync(path.join(backups, name), content);
    rmSync(database);
    const ran = await run(['restore', '--yes', '--data', folder]);
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, new RegExp(good));
    for (const name of Object.keys(bad)) assert.match(ran.err, new RegExp(`${name}: it is damaged`));
    assert.equal((await run(['outbox', 'list', '--data', folder])).code, 1);
  });
});
