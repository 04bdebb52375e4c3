/** Changes whose only copy may be a rescue file: the till says so until it is known that another till has them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readAudit } from '../../electron/care/audit-log.ts';
import { unsentNote } from '../../electron/care/unsent-note.ts';
import { migrateTill, openTillDatabase } from '../../electron/data/till-database.ts';
import { migrations } from '../../electron/db/migrate.ts';
import type { Db } from '../../electron/db/open.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import type { InFiles } from '../../electron/model/sync-status.ts';
import { OutboxReader } from '../../electron/updates/outbox-reader.ts';
import { trimClosedUpdates } from '../../electron/updates/retention.ts';
import { run } from '../command-line/run.ts';
import { openOfflineTill, openRaw, saveFor } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const env = { TILLSIDE_PASSPHRASE: 'a passphrase for the test' };
const mobiles = ['919845012340', '919845012341', '919845012342'];

/** A closed till's folder, from which each export took this many changes. */
async function folderWith(...exports: readonly number[]): Promise<{ folder: string; files: string[] }> {
  const folder = temporaryFolder();
  secretFile(folder, null).write('api-secret', 'anything');
  const files: string[] = [];
  for (const updates of exports) {
    const till = await openOfflineTill(folder);
    for (const mobile of mobiles.slice(0, updates)) await saveFor(till, mobile, 'Moved');
    await till.close();
    const ran = await run(['outbox', 'export', '--data', folder, '--json'], { env });
    assert.equal(ran.code, 0, ran.err);
    files.push(JSON.parse(ran.out).file);
  }
  return { folder, files };
}

async function statusIn(folder: string) {
  const till = await openOfflineTill(folder);
  try {
    return till.status();
  } finally {
    await till.close();
  }
}

async function doctorOn(folder: string) {
  const config = path.join(temporaryFolder(), 'config.json');
  writeFileSync(
    config,
    JSON.stringify({ api: { url: 'http://127.0.0.1:9' }, auth: { method: 'basic', till: 'store123' } }),
  );
  const { out } = await run(['doctor', '--data', folder, '--config', config, '--json'], {
    transport: () => Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
  });
  const { findings }: { findings: { check: string; severity: string; found: string; advice: string | null }[] } =
    JSON.parse(out);
  return findings.find(({ check }) => check === 'outbox');
}

/** A change that was moved, and one that was fixed. */
function openRawOfVersion8(folder: string): Db {
  const db = openTillDatabase({ file: path.join(folder, 'tillside.db'), keyHex: 'd'.repeat(64) });
  migrateTill(db, migrations.slice(0, 8));
  db.exec(`
    insert into customers (id, mobile, first_name, last_name, name_forward, name_backward)
      values (1, '919845012345', '', '', '', '');
    insert into updates (seq, id, format, customer_id, place, kind, state, identifier_type, identifier_value, changes,
        baseline, till, saved_at_ms, settled_at_ms, discard_reason)
      values (1, 'a', 1, 1, 1, 'fields', 'discarded', 'mobile', '919845012345', '{}', '{}', 't', 5, 77, 'moved'),
        (2, 'b', 1, 1, 2, 'fields', 'discarded', 'mobile', '919845012345', '{}', '{}', 't', 5, 99, 'fixed');
    insert into update_history (update_id, id, at_ms, by, event, to_state, detail)
      values ('a', 1, 77, 'till', 'moved to a rescue file', 'discarded', 'the-export');
  `);
  return db;
}

const confirm = (folder: string, ...more: readonly string[]) =>
  run(['outbox', 'confirm', ...more, '--data', folder, '--json']);
const note = (folder: string) => folderFiles(folder).unsentNote;

describe('changes that left in a rescue file', () => {
  it('keep the till from saying that all is sent, on screen, to IT and to whoever uninstalls it, until IT confirms them', async () => {
    const { folder } = await folderWith(2);
    const { state, unsent, inFiles } = await statusIn(folder);
    assert.deepEqual([state, unsent, inFiles.updates], ['waiting', 0, 2]);
    assert.ok(inFiles.firstAtMs !== null && inFiles.lastAtMs !== null && inFiles.firstAtMs <= inFiles.lastAtMs);
    const found = await doctorOn(folder);
    assert.equal(found?.severity, 'look');
    assert.match(found?.found ?? '', /^Nothing unsent here\. 2 changes were moved to a rescue file/);
    assert.match(found?.advice ?? '', /outbox confirm --yes/);
    assert.match(readFileSync(note(folder), 'utf8'), /^2 changes of customers have perhaps not reached head office/);
    const listed = await run(['outbox', 'list', '--data', folder]);
    assert.equal(listed.code, 1);

    assert.equal((await confirm(folder)).out, '{"confirmed":0,"inFiles":2}');
    assert.equal((await statusIn(folder)).state, 'waiting');
    assert.deepEqual(
      readAudit(folder).map(({ action }) => action),
      ['outbox-export'],
    );
    assert.equal((await confirm(folder, '--yes')).out, '{"confirmed":2,"inFiles":0}');
    assert.equal((await statusIn(folder)).state, 'all-sent');
    assert.equal((await doctorOn(folder))?.found, 'All sent');
    assert.equal(existsSync(note(folder)), false);
    assert.deepEqual(
      readAudit(folder).map(({ action, outcome }) => [action, outcome]),
      [
        ['outbox-export', 'done'],
        ['outbox-confirmed', 'done'],
      ],
    );
    assert.match((await run(['outbox', 'confirm', '--yes', '--data', folder])).out, /^Nothing to confirm/);
  });

  it('are confirmed file by file, and no other file will do', async () => {
    const { folder, files } = await folderWith(2, 1);
    const [first = '', second = ''] = files;
    assert.equal((await confirm(folder, second, '--yes')).out, '{"confirmed":1,"inFiles":0}');
    assert.equal((await statusIn(folder)).inFiles.updates, 2);
    const wrong = path.join(temporaryFolder(), 'wrong.txt');
    writeFileSync(wrong, 'no rescue file');
    const refused = await confirm(folder, wrong, '--yes');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /Nothing was changed/);
    assert.equal((await confirm(folder, first, '--yes')).out, '{"confirmed":2,"inFiles":0}');
  });

  it('are confirmed on screen, by IT', async (t) => {
    const { folder } = await folderWith(2);
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    assert.deepEqual(await till.handlers['rescue.confirm'](undefined), { kind: 'confirmed', updates: 2 });
    assert.equal(till.status().state, 'all-sent');
    const { updates } = await till.handlers['updates.list']({ which: 'closed', offset: 0, limit: 9 });
    const history = await till.handlers['updates.history']({ updateId: updates[0]?.updateId ?? '' });
    assert.deepEqual([history.at(-1)?.by, history.at(-1)?.event], ['IT', 'confirmed as imported by another till']);
  });

  it("are this till's own again once it imports the file, and need no confirmation", async () => {
    const { folder, files } = await folderWith(1);
    const back = await run(['outbox', 'import', files[0] ?? '', '--data', folder], { env });
    assert.equal(back.code, 0, back.err);
    const { unsent, inFiles } = await statusIn(folder);
    assert.deepEqual([unsent, inFiles.updates], [1, 0]);
  });

  it('need no confirmation if another till imports the file from the rescue folder of this one', async () => {
    const { folder, files } = await folderWith(1, 1);
    const other = temporaryFolder();
    await statusIn(other);
    const imported = await run(['outbox', 'import', files[0] ?? '', '--data', other], { env });
    assert.equal(imported.code, 0, imported.err);
    assert.equal((await statusIn(folder)).inFiles.updates, 1);
  });

  it('stay in the database, however old, until they are confirmed', async () => {
    const { folder } = await folderWith(1);
    const inYears = Date.now() + 3 * 365 * 86_400_000;
    const trimmed = () => {
      const db = openRaw(folder);
      try {
        return trimClosedUpdates(db, inYears);
      } finally {
        db.close();
      }
    };
    assert.equal(trimmed(), 0);
    await confirm(folder, '--yes');
    assert.equal(trimmed(), 1);
  });

  it('are counted if an older version moved them, before and after its data is migrated', (t: TestContext) => {
    const folder = temporaryFolder();
    const db = openRawOfVersion8(folder);
    t.after(() => db.close());
    const reader = (): InFiles => new OutboxReader(db).inFiles();
    assert.deepEqual(reader(), { updates: 1, firstAtMs: 77, lastAtMs: 77 });
    migrateTill(db);
    assert.deepEqual(reader(), { updates: 1, firstAtMs: 77, lastAtMs: 77 });
    assert.deepEqual(new OutboxReader(db).exportsInFiles(), ['the-export']);
  });

  it('are reported with what is unsent to whoever uninstalls Tillside', () => {
    const folder = temporaryFolder();
    unsentNote(folder)({ unsent: 1, oldestSavedAtMs: null, inFiles: { updates: 2, firstAtMs: 1, lastAtMs: 2 } });
    assert.equal(
      readFileSync(note(folder), 'utf8'),
      '1 change of a customer has not reached head office; 2 more only in rescue files.\n',
    );
  });
});
