import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { exportUnsent, finishExports, rescueFolder } from '../../electron/care/rescue/export-unsent.ts';
import { readRescueFile } from '../../electron/care/rescue/sealed-file.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { mayTakeIn, organisationOf } from '../../electron/org/data-owner.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { selectUpdates } from '../../electron/updates/rows.ts';
import { run } from '../command-line/run.ts';
import { openOfflineTill, openRaw, openUpdatesOf, saveFor, storedKey } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const passphrase = 'a passphrase for the test';

/** A closed till's folder with one waiting update for each of this many customers. */
async function folderWith(updates: number): Promise<string> {
  const folder = temporaryFolder();
  const till = await openOfflineTill(folder);
  for (let index = 0; index < updates; index += 1) await saveFor(till, `91984501234${index}`, `Waiting ${index}`);
  await till.close();
  return folder;
}

async function exported(folder: string): Promise<string> {
  const file = path.join(temporaryFolder(), 'till-a.tillside-rescue');
  const ran = await run(['outbox', 'export', file, '--data', folder], { env: { TILLSIDE_PASSPHRASE: passphrase } });
  assert.equal(ran.code, 0, ran.err);
  return file;
}

function imported(folder: string, file: string, secret = passphrase) {
  return run(['outbox', 'import', file, '--data', folder, '--json'], { env: { TILLSIDE_PASSPHRASE: secret } });
}

function belongsTo(folder: string, organisation: string): void {
  const db = openRaw(folder);
  mayTakeIn(db, organisation, systemClock.wallMs());
  db.close();
}

function ownerOf(folder: string): string | null {
  const db = openRaw(folder);
  try {
    return organisationOf(db);
  } finally {
    db.close();
  }
}

function exportOf(dataDir: string) {
  return {
    dataDir,
    fromTill: 'a',
    sealFor: { passphrase, publicKey: null, tillKeyHex: storedKey(dataDir) },
    clock: systemClock,
    random: systemRandom,
  };
}

describe('a rescue file', () => {
  it("opens with IT's private key if the config names the public key, and with no other", async () => {
    const folderA = await folderWith(1);
    const pair = generateKeyPairSync('x25519');
    const config = path.join(temporaryFolder(), 'config.json');
    const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    writeFileSync(
      config,
      JSON.stringify({ api: { cluster: 'eu' }, auth: { method: 'basic', till: 'a' }, rescue: { publicKey } }),
    );
    const file = path.join(temporaryFolder(), 'one.tillside-rescue');
    const ran = await run(['outbox', 'export', file, '--data', folderA, '--config', config]);
    assert.equal(ran.code, 0, ran.err);
    const folderB = await folderWith(0);
    const keyFile = path.join(temporaryFolder(), 'it.pem');
    const importWith = (key: typeof pair.privateKey) => {
      writeFileSync(keyFile, key.export({ format: 'pem', type: 'pkcs8' }));
      return run(['outbox', 'import', file, '--data', folderB, '--private-key', keyFile, '--json']);
    };
    const other = await importWith(generateKeyPairSync('x25519').privateKey);
    assert.equal(other.code, 2);
    assert.match(other.err, /Wrong passphrase or key/);
    assert.equal(JSON.parse((await importWith(pair.privateKey)).out).added, 1);
  });

  it('is refused if it was altered, even in its header, and is not made if nobody could open it', async () => {
    const folderA = await folderWith(1);
    const nobody = await run(['outbox', 'export', '--data', folderA]);
    assert.equal(nobody.code, 2);
    const short = await run(['outbox', 'export', '--data', folderA], { env: { TILLSIDE_PASSPHRASE: 'short' } });
    assert.equal(short.code, 2);
    const file = await exported(folderA);
    const folderB = await folderWith(0);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.replace('"moved": true', '"moved": false'));
    assert.match((await imported(folderB, file)).err, /Wrong passphrase or key/);
    writeFileSync(file, whole.slice(0, -40));
    assert.match((await imported(folderB, file)).err, /Not a Tillside rescue file/);
    writeFileSync(file, whole);
    assert.equal((await imported(folderB, file, `${passphrase}!`)).code, 2);
    assert.equal((await imported(folderB, file)).code, 0);
  });

  it("F45 names its organisation, is not imported into another's till, and ties a new till to its own", async () => {
    const folderA = await folderWith(1);
    belongsTo(folderA, 'the first');
    const file = await exported(folderA);
    const otherTill = await folderWith(1);
    belongsTo(otherTill, 'the second');
    const refused = await imported(otherTill, file);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /another organisation's till\. Nothing was imported/);
    assert.equal(existsSync(file), true);
    const newTill = await folderWith(0);
    assert.equal((await imported(newTill, file)).code, 0);
    assert.equal(ownerOf(newTill), 'the first');
    const sameTill = await folderWith(0);
    belongsTo(sameTill, 'the first');
    renameSync(`${file}.imported`, file);
    assert.equal((await imported(sameTill, file)).code, 0);
  });

  it('is not made while the till is open', async (t) => {
    const folderA = await folderWith(1);
    const tillA = await openOfflineTill(folderA);
    t.after(() => tillA.close());
    const ran = await run(['outbox', 'export', '--data', folderA], { env: { TILLSIDE_PASSPHRASE: passphrase } });
    assert.equal(ran.code, 2);
    assert.match(ran.err, /already running/);
    assert.equal((await openUpdatesOf(tillA)).length, 1);
  });

  it('leaves updates being sent on the till, with everything else of their customer', async () => {
    const folderA = await folderWith(3);
    const db = openRaw(folderA);
    const outbox = new Outbox(db, systemClock, systemRandom);
    const first = outbox.firstReady(() => true);
    const result = await exportUnsent(db, outbox, exportOf(folderA), (id) => id === first?.customerId);
    assert.deepEqual(result.kind === 'exported' && [result.updates, result.left], [2, 1]);
    assert.equal(outbox.counts().queued, 1);
    db.close();
  });

  it('does not move what staff changed while the file was being sealed', async () => {
    const folderA = await folderWith(2);
    const db = openRaw(folderA);
    const outbox = new Outbox(db, systemClock, systemRandom);
    const first = outbox.firstReady(() => true);
    const exporting = exportUnsent(db, outbox, exportOf(folderA));
    assert.ok(first !== null);
    outbox.cancel(first, null);
    const result = await exporting;
    assert.equal(result.kind === 'exported' && result.updates, 1);
    db.close();
  });

  it('cannot make opening it take more than a moment and 128 MB in total', async () => {
    const file = await exported(await folderWith(1));
    const text = JSON.parse(readFileSync(file, 'utf8'));
    const ours = text.recipients.find(({ kind }: { kind: string }) => kind === 'passphrase');
    const withCosts = (costs: readonly { N: number; r: number; p: number }[]) =>
      readRescueFile(JSON.stringify({ ...text, recipients: costs.map((cost) => ({ ...ours, cost })) }));
    assert.notEqual(withCosts([ours.cost]), null);
    assert.notEqual(withCosts([ours.cost, ours.cost]), null);
    assert.equal(withCosts([ours.cost, ours.cost, ours.cost]), null);
    assert.equal(withCosts([{ N: 1_048_576, r: 16, p: 1 }]), null);
    assert.equal(withCosts([{ ...ours.cost, p: 4 }]), null);
  });

  it('an update belongs to the till or to the file, wherever an export is killed between its steps', async () => {
    const folderA = await folderWith(2);
    const before = openRaw(folderA);
    const outbox = new Outbox(before, systemClock, systemRandom);
    const updates = selectUpdates(before, 'order by u.place, u.seq');
    const result = await exportUnsent(before, outbox, exportOf(folderA));
    assert.ok(result.kind === 'exported');
    // Killed after the commit, before the file got its name.
    const exportId = JSON.parse(readFileSync(result.file, 'utf8')).head.exportId;
    renameSync(result.file, path.join(rescueFolder(folderA), `${exportId}.unfinished`));
    assert.equal(finishExports(outbox, folderA).finished, 1);
    assert.equal(existsSync(result.file), true);
    assert.equal(outbox.counts().queued, 0);
    // Killed before the commit: the unfinished file is worthless, and the till carries on.
    for (const { id } of updates) before.prepare("update updates set state = 'queued' where id = ?").run(id);
    before.exec('delete from update_history');
    renameSync(result.file, path.join(rescueFolder(folderA), `${exportId}.unfinished`));
    assert.equal(finishExports(outbox, folderA).finished, 0);
    assert.deepEqual(readdirSync(rescueFolder(folderA)), []);
    assert.equal(outbox.counts().queued, 2);
    before.close();
  });

  it('the history shows where an update went and where it came from', async (t) => {
    const folderA = await folderWith(1);
    const file = await exported(folderA);
    const atA = await openOfflineTill(folderA);
    t.after(() => atA.close());
    const [moved] = (await atA.handlers['updates.list']({ which: 'closed', offset: 0, limit: 9 })).updates;
    assert.deepEqual([moved?.state, moved?.discardReason], ['discarded', 'moved']);
    const updateId = moved?.updateId ?? '';
    const there = await atA.handlers['updates.history']({ updateId });
    assert.equal(there.at(-1)?.event, 'moved to a rescue file');
    const folderB = await folderWith(0);
    await imported(folderB, file);
    const atB = await openOfflineTill(folderB);
    t.after(() => atB.close());
    const events = (await atB.handlers['updates.history']({ updateId })).map(({ event }) => event);
    assert.equal(events[0], 'saved');
    assert.equal(events.includes('brought from another till'), true);
  });
});
