/** What IT does at a till's own screen, and what a till deletes by age or on a customer's request. */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { strFromU8, unzipSync } from 'fflate';
import { bundleFile } from '../../electron/care/bundle.ts';
import { listBackups } from '../../electron/db/backup/backups.ts';
import { recoveryKeyOf } from '../../electron/db/recovery-key.ts';
import type { Transport } from '../../electron/loyalty-api/transport.ts';
import type { Clock } from '../../electron/machine/clock.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import type { ForgetResult } from '../../electron/model/customer-view.ts';
import { wireLogin } from '../../electron/practice/wire-answers.ts';
import { offlineConfig, openOfflineTill, openRaw, saveFor, someMobile, storedKey } from '../db/offline-till.ts';
import { bringIn, byServerId, save, untilAllSent } from '../helpers/at-the-counter.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { type RigTill, startTillRig, type TillRig } from '../helpers/till-rig.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

const dayMs = 86_400_000;
const noFullDisk = process.platform === 'linux' ? false : 'only Linux has a file that is always full';

/** Retried, as a person would, while the last exchange about the customer is still being stored. */
async function forget(till: RigTill, customerId: number): Promise<ForgetResult> {
  for (;;) {
    const result = await till.call['customers.forget']({ customerId });
    if (result.kind !== 'not-saved' || result.why !== 'busy') return result;
    await setImmediate();
  }
}

describe("IT at the till's screen", () => {
  it('shows the recovery key until somebody confirms they kept it, even after a restart, and never again', async (t) => {
    const folder = temporaryFolder();
    const first = await openOfflineTill(folder);
    const key = recoveryKeyOf(storedKey(folder));
    assert.equal((await first.handlers['till.facts'](undefined)).recoveryKeyDue, true);
    assert.equal(await first.handlers['till.recoveryKey'](undefined), key);
    await first.close();
    const second = await openOfflineTill(folder);
    t.after(() => second.close());
    assert.equal(await second.handlers['till.recoveryKey'](undefined), key);
    const keyDueEvents: boolean[] = [];
    second.subscribe((message) => {
      if (message.name === 'till.changed') keyDueEvents.push(message.payload.recoveryKeyDue);
    });
    await second.handlers['till.recoveryKeyKept'](undefined);
    assert.equal(keyDueEvents.at(-1), false);
    assert.equal(await second.handlers['till.recoveryKey'](undefined), null);
  });

  it('makes a backup on request, and says when the last one was made', async (t) => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    assert.equal((await till.handlers['till.facts'](undefined)).lastBackupAtMs, null);
    const made = await till.handlers['till.backUp'](undefined);
    assert.equal(made.kind, 'made');
    const { lastBackupAtMs } = await till.handlers['till.facts'](undefined);
    assert.deepEqual(
      listBackups(folder).map(({ why }) => why),
      ['by-hand'],
    );
    assert.ok(lastBackupAtMs !== null && made.kind === 'made' && Math.abs(made.atMs - lastBackupAtMs) < 5000);
  });

  it('makes a support bundle of exactly what its manifest lists, without customer data or secrets', async (t) => {
    const folder = temporaryFolder();
    secretFile(folder, null).write('api-secret', 'a secret that is only here');
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    await saveFor(till, someMobile, 'Confidential');
    const made = await till.handlers['till.supportBundle'](undefined);
    assert.equal(made.kind, 'made');
    const inside = unzipSync(readFileSync(made.kind === 'made' ? made.file : ''));
    const { files } = JSON.parse(strFromU8(inside['manifest.json'] ?? new Uint8Array()));
    assert.deepEqual(files.map(({ name }: { name: string }) => name).toSorted(), [
      'audit.json',
      'config.json',
      'files.json',
      'health.json',
      'outbox.json',
    ]);
    const all = Object.values(inside)
      .map((bytes) => strFromU8(bytes))
      .join('\n');
    assert.match(all, /"queued"/);
    for (const word of ['Confidential', someMobile, '98450', 'a secret that is only here', storedKey(folder)]) {
      assert.equal(all.includes(word), false, `${word} is in the bundle`);
    }
  });

  it('F25: says that the disk is full if a support bundle has no room, and makes it once there is some', {
    skip: noFullDisk,
  }, async (t) => {
    const folder = temporaryFolder();
    const clock = virtualClock();
    const till = await openOfflineTill(folder, { clock });
    t.after(() => till.close());
    const file = bundleFile(folder, clock.wallMs());
    mkdirSync(path.dirname(file));
    symlinkSync('/dev/full', file);
    assert.deepEqual(await till.handlers['till.supportBundle'](undefined), { kind: 'not-saved', why: 'disk-full' });
    rmSync(file);
    assert.deepEqual(await till.handlers['till.supportBundle'](undefined), { kind: 'made', file });
  });
});

/** Accepts the till and confirms its clock, then cannot be reached. */
function loginOnly(clock: Clock): Transport {
  return async ({ url }) =>
    url.includes('store/login')
      ? {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(wireLogin('store123', new Date(clock.wallMs()).toISOString())),
        }
      : { kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' };
}

describe('what a till deletes by age', () => {
  it('F12: after retentionDays, closed updates and customers not seen since are deleted; a customer with an open update stays', async () => {
    const folder = temporaryFolder();
    const clock = virtualClock();
    const secrets = secretFile(folder, null);
    secrets.write('api-secret', 'practice');
    const open = () =>
      openOfflineTill(folder, {
        config: { ...offlineConfig(), data: { retentionDays: 30, showRecent: true } },
        secrets,
        transport: loginOnly(clock),
        clock,
      });
    const till = await open();
    const mobiles = ['919845000001', '919845000002', '919845000003'] as const;
    const [waiting, takenBack, recent] = mobiles;
    await saveFor(till, waiting, 'Waiting');
    const old = await saveFor(till, takenBack, 'Old');
    assert.equal(old.kind, 'saved');
    await till.handlers['updates.cancel']({ updateId: old.kind === 'saved' ? old.updateId : '' });
    clock.setWall(clock.wallMs() + 20 * dayMs);
    const later = await saveFor(till, recent, 'Recent');
    await till.handlers['updates.cancel']({ updateId: later.kind === 'saved' ? later.updateId : '' });
    await till.close();

    clock.setWall(clock.wallMs() + 20 * dayMs);
    const again = await open();
    await clock.pass(10 * 60_000);
    await again.close();
    const db = openRaw(folder);
    const names = db.prepare('select distinct customer_id from updates').all().length;
    const mobilesLeft = db.prepare('select mobile from customers order by mobile').pluck().all();
    const history = db.prepare('select count(distinct update_id) from update_history').pluck().get();
    db.close();
    assert.deepEqual(mobilesLeft, [waiting, recent]);
    assert.deepEqual([names, history], [2, 2]);
  });
});

describe('erasing a customer', () => {
  let rig: TillRig;
  beforeEach(async () => {
    rig = await startTillRig(5);
  });
  afterEach(() => rig.close());

  it('removes everything from this till: record, updates, history, drafts, and the bytes in the file', async () => {
    const folder = rig.newFolder();
    const secrets = secretFile(folder, null);
    secrets.write('api-secret', 'practice');
    const till = await rig.openTill(folder, { secrets });
    const [one, other] = rig.server.control.customers;
    const { customerId } = await bringIn(till, byServerId(one?.userId ?? 0));
    const stays = await bringIn(till, byServerId(other?.userId ?? 0));
    await save(till, customerId, { lastName: 'Zyzzyvaforgotten' });
    await untilAllSent(till);
    await till.call['drafts.keep']({ target: { customerId }, changes: { firstName: 'Qwxdraft' }, replaces: null });
    assert.deepEqual(await forget(till, customerId), { kind: 'forgotten' });
    assert.equal(
      till.events.some(({ name }) => name === 'customers.changed'),
      true,
    );
    assert.equal(await till.call['customers.open']({ customerId }), null);
    const found = await till.call['customers.search']({ query: 'Zyzzyvaforgotten', limit: 50 });
    assert.deepEqual(found.hits, []);
    assert.deepEqual(await till.call['drafts.list'](undefined), []);
    const closed = await till.call['updates.list']({ which: 'closed', offset: 0, limit: 9 });
    assert.equal(closed.total, 0);
    assert.notEqual(await till.call['customers.open']({ customerId: stays.customerId }), null);
    assert.deepEqual(await forget(till, customerId), { kind: 'not-here' });
    await till.close();

    // Decrypts the pages themselves: deleted bytes must be overwritten.
    const db = openRaw(folder);
    const pages = db.serialize().toString('latin1');
    db.close();
    for (const word of ['Zyzzyvaforgotten', 'Qwxdraft', String(one?.mobile)]) {
      assert.equal(pages.toLowerCase().includes(word.toLowerCase()), false, `${word} is still in the file`);
    }
    assert.equal(pages.includes(String(other?.userId)), true, 'this test cannot see the pages');
  });

  it('a lookup answer that was already on its way does not bring them back', async () => {
    const till = await rig.openTill(rig.newFolder());
    const [one] = rig.server.control.customers;
    const { customerId } = await bringIn(till, byServerId(one?.userId ?? 0));
    const asked = rig.server.control.hold('received', { endpoint: 'customer/get' });
    const refreshing = till.call['customers.refresh']({ customerId });
    await asked.reached;
    assert.deepEqual(await forget(till, customerId), { kind: 'forgotten' });
    asked.release();
    assert.deepEqual(await refreshing, { kind: 'not-found' });
    const found = await till.call['customers.search']({ query: String(one?.mobile), limit: 50 });
    assert.deepEqual(found.hits, []);
  });

  it('F12: waits while something is unsent, and says how much and how old', async () => {
    const folder = rig.newFolder();
    const till = await rig.openTill(folder);
    const { customerId } = await bringIn(till, byServerId(rig.server.control.customers[0]?.userId ?? 0));
    await rig.server.control.setConnection(false);
    await save(till, customerId, { lastName: 'Unsent' });
    await till.until('it is known to be offline', async () => {
      const { state } = await till.call['sync.status'](undefined);
      return state === 'offline';
    });
    const refused = await forget(till, customerId);
    assert.equal(refused.kind, 'unsent');
    assert.equal(refused.kind === 'unsent' && refused.count, 1);
    assert.notEqual(await till.call['customers.open']({ customerId }), null);
  });
});
