import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { recoveryKeyOf } from '../../electron/db/recovery-key.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { secondPracticeCredentials } from '../../electron/practice/practice-config.ts';
import { run } from '../command-line/run.ts';
import { storedKey } from '../db/offline-till.ts';
import { bringIn, byServerId, openUpdates, save, statusOf, untilAllSent } from '../helpers/at-the-counter.ts';
import { type RigTill, startTillRig, type TillRig } from '../helpers/till-rig.ts';

const passphrase = 'a passphrase for the test';
const secondTill = secondPracticeCredentials.till;

describe('rescuing a dying till', () => {
  let rig: TillRig;
  beforeEach(async () => {
    rig = await startTillRig(80);
  });
  afterEach(() => rig.close());

  function folderOf(): string {
    const folder = rig.newFolder();
    secretFile(folder, null).write('api-secret', secondPracticeCredentials.secret);
    return folder;
  }
  const openAt = (folder: string, till?: string) =>
    rig.openTill(folder, { secrets: secretFile(folder, null), ...(till === undefined ? {} : { till }) });

  /** Saves for `count` customers while offline. */
  async function waiting(till: RigTill, count: number): Promise<void> {
    const found = [];
    for (const { userId } of rig.server.control.customers.slice(0, count)) {
      found.push(await bringIn(till, byServerId(userId)));
    }
    await rig.server.control.setConnection(false);
    for (const [index, { customerId }] of found.entries()) {
      await save(till, customerId, { lastName: `Waiting ${index}` });
    }
  }

  function timesInLedger(): Map<string, number> {
    const times = new Map<string, number>();
    for (const { changes } of rig.server.control.ledger) {
      const name = String(changes.lastName);
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    return times;
  }

  async function exported(folder: string, more: readonly string[] = []): Promise<string> {
    const file = path.join(rig.newFolder(), 'till-a.tillside-rescue');
    const ran = await run(['outbox', 'export', file, '--data', folder, ...more], {
      env: { TILLSIDE_PASSPHRASE: passphrase },
    });
    assert.equal(ran.code, 0, ran.err);
    return file;
  }

  function imported(folder: string, file: string, env: Record<string, string> = { TILLSIDE_PASSPHRASE: passphrase }) {
    return run(['outbox', 'import', file, '--data', folder, '--json'], { env });
  }

  it('F30: till A dies with 50 waiting, till B imports them, and the server sees each of the 50 once', async () => {
    const folderA = folderOf();
    const tillA = await openAt(folderA);
    await waiting(tillA, 50);
    await tillA.close();
    // The computer is dead; IT has its disk and the recovery key.
    const disk = path.join(rig.newFolder(), 'disk-of-a');
    cpSync(folderA, disk, { recursive: true });
    const key = recoveryKeyOf(storedKey(disk));
    rmSync(path.join(disk, 'secrets.json'));
    const file = path.join(rig.newFolder(), 'a.tillside-rescue');
    const ran = await run(['outbox', 'export', file, '--data', disk, '--recovery-key'], {
      env: { TILLSIDE_PASSPHRASE: passphrase, TILLSIDE_RECOVERY_KEY: key },
    });
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /Moved 50 unsent changes, the oldest saved a moment ago/);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /Waiting/);

    await rig.server.control.setConnection(true);
    const folderB = folderOf();
    await (await openAt(folderB, secondTill)).close();
    assert.deepEqual(JSON.parse((await imported(folderB, file)).out).added, 50);
    const tillB = await openAt(folderB, secondTill);
    await untilAllSent(tillB);
    const times = timesInLedger();
    assert.equal(times.size, 50);
    assert.deepEqual(
      [...times].filter(([, count]) => count !== 1),
      [],
    );
    await tillB.close();

    // Import the file again and restart till A's disk: nothing more is sent.
    assert.deepEqual(JSON.parse((await imported(folderB, `${file}.imported`)).out).already, 50);
    secretFile(disk, null).write('database-key', storedKey(folderA));
    secretFile(disk, null).write('api-secret', secondPracticeCredentials.secret);
    const risen = await openAt(disk);
    assert.equal((await statusOf(risen)).unsent, 0);
    await risen.close();
    assert.equal(rig.server.control.ledger.length, 50);
  });

  it('the other till reads back what may have arrived before till A died', async () => {
    const folderA = folderOf();
    const tillA = await openAt(folderA);
    const [one] = rig.server.control.customers;
    const customer = await bringIn(tillA, byServerId(one?.userId ?? 0));
    rig.server.control.setFault('drop-reply');
    await save(tillA, customer.customerId, { lastName: 'Arrived' });
    await tillA.until('it is not known whether it arrived', async () => (await statusOf(tillA)).counts.unknown === 1);
    await rig.server.control.setConnection(false);
    await tillA.close();
    const file = await exported(folderA);
    await rig.server.control.setConnection(true);
    rig.server.control.setFault('none');
    const folderB = folderOf();
    const tillB0 = await openAt(folderB, secondTill);
    await tillB0.close();
    await imported(folderB, file);
    const tillB = await openAt(folderB, secondTill);
    await untilAllSent(tillB);
    assert.deepEqual([...timesInLedger()], [['Arrived', 1]]);
  });

  it("keeps the order of each customer's updates and what the till knew about the customer", async () => {
    const folderA = folderOf();
    const tillA = await openAt(folderA);
    const [one] = rig.server.control.customers;
    const customer = await bringIn(tillA, byServerId(one?.userId ?? 0));
    await rig.server.control.setConnection(false);
    await save(tillA, customer.customerId, { 'subscription.sms.BULK': '1', lastName: 'First' });
    await save(tillA, customer.customerId, { 'subscription.sms.BULK': '0', lastName: 'Second' });
    const asShown = (await openUpdates(tillA)).map(({ changes, staff, savedAtMs }) => ({ changes, staff, savedAtMs }));
    await tillA.close();
    const file = await exported(folderA);
    const folderB = folderOf();
    const tillB = await openAt(folderB, secondTill);
    await tillB.close();
    await imported(folderB, file);
    const again = await openAt(folderB, secondTill);
    const there = await openUpdates(again);
    assert.deepEqual(
      there.map(({ changes, staff, savedAtMs }) => ({ changes, staff, savedAtMs })),
      asShown,
    );
    assert.match(there[0]?.customerName ?? '', /Second$/);
    await rig.server.control.setConnection(true);
    await again.call['sync.sendNow'](undefined);
    await untilAllSent(again);
    assert.equal(rig.server.control.customer(one?.userId ?? 0)?.lastName, 'Second');
  });

  it('the till that made the file imports it without a passphrase, and reads back before it sends', async () => {
    const folderA = folderOf();
    const tillA = await openAt(folderA);
    await waiting(tillA, 3);
    await tillA.close();
    const file = await exported(folderA);
    const back = await imported(folderA, file, {});
    assert.equal(JSON.parse(back.out).takenBack, 3, back.err);
    const again = await openAt(folderA);
    assert.equal((await statusOf(again)).counts.unknown, 3);
    await rig.server.control.setConnection(true);
    await again.call['sync.sendNow'](undefined);
    await untilAllSent(again);
    assert.deepEqual([...timesInLedger().values()], [1, 1, 1]);
  });

  it("says that only IT opens a file for IT's key, whatever passphrase somebody tries", async () => {
    const { publicKey } = generateKeyPairSync('x25519');
    const der = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const tillA = await rig.openTill(rig.newFolder(), { rescue: { publicKey: der } });
    await waiting(tillA, 1);
    let name = '';
    await tillA.until('nothing is in flight', async () => {
      const made = await tillA.call['rescue.export']({ passphrase: null });
      if (made.kind === 'exported') name = made.file;
      return made.kind === 'exported';
    });
    const file = readFileSync(name, 'utf8');

    const folderB = folderOf();
    const tillB = await openAt(folderB, secondTill);
    for (const tried of [passphrase, null]) {
      const refused = await tillB.call['rescue.import']({ file, passphrase: tried });
      assert.deepEqual(refused, { kind: 'refused', why: 'no-passphrase' });
    }
    await tillB.close();
    const ran = await imported(folderB, name);
    assert.equal(ran.code, 2);
    assert.match(ran.err, /No passphrase opens this file.*--private-key/);
    const withKey = await run(['outbox', 'import', name, '--data', folderB, '--recovery-key'], {
      env: { TILLSIDE_RECOVERY_KEY: recoveryKeyOf('0'.repeat(64)) },
    });
    assert.match(withKey.err, /Wrong passphrase or key/);
  });
});
