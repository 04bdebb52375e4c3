import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { noteStart } from '../../electron/care/health-note.ts';
import { Tally } from '../../electron/care/tally.ts';
import type { HttpResult } from '../../electron/loyalty-api/transport.ts';
import { systemRandom } from '../../electron/machine/system-clock.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn, save } from '../helpers/at-the-counter.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { startTillRig } from '../helpers/till-rig.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

describe('what a till counts', () => {
  it("F62: a closed till's file says so and keeps its last numbers, and a dead till's timestamps grow old", async (t) => {
    const rig = await startTillRig();
    t.after(() => rig.close());
    const dataDir = temporaryFolder();
    const metricsFile = path.join(dataDir, 'tillside.prom');
    const till = await rig.openTill(dataDir, { health: { metricsFile } });
    const read = (name: string) => {
      const text = readFileSync(metricsFile, 'utf8');
      return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
    };
    // The first file is written once the till has opened.
    while (!existsSync(metricsFile)) await setTimeout(5);
    assert.equal(read('tillside_open'), 1);
    assert.ok(Math.abs(read('tillside_written_at_timestamp_seconds') - Date.now() / 1000) < 30);
    await rig.server.control.setConnection(true);
    const found = await till.call['customers.lookUpOnline']({ query: anchors.ritaJames.mobile });
    assert.equal(found.kind, 'found');
    const [hit] = (await till.call['customers.search']({ query: anchors.ritaJames.mobile, limit: 1 })).hits;
    assert.ok(hit !== undefined);
    const saved = await till.call['updates.save']({
      token: systemRandom.id(),
      target: { customerId: hit.customerId },
      changes: { lastName: 'Counted' },
      replaces: null,
      confirmedFills: [],
    });
    assert.equal(saved.kind, 'saved');
    await till.until('it is sent', () => till.status().unsent === 0);
    await till.close();
    assert.equal(read('tillside_open'), 0);
    assert.deepEqual(
      ['saved', 'sent', 'sent_again'].map((name) => read(`tillside_${name}_total`)),
      [1, 1, 0],
    );
    assert.equal(read('tillside_save_duration_seconds_count'), 1);
    assert.ok(read('tillside_request_duration_seconds_count') >= 2);
    assert.equal(read('tillside_crashes_total'), 0);
    assert.ok(Number.isNaN(read('tillside_oldest_unsent_timestamp_seconds')), 'all is sent');
  });

  it('since when an update is uncertain, whatever later read-backs find', async (t) => {
    const rig = await startTillRig();
    t.after(() => rig.close());
    const metricsFile = path.join(temporaryFolder(), 'tillside.prom');
    const till = await rig.openTill(temporaryFolder(), { health: { metricsFile } });
    const { customerId } = await bringIn(till, { type: 'mobile', value: anchors.ritaJames.mobile });
    rig.server.control.addFault('drop-reply', { times: 1 });
    rig.server.control.addFault('server-error', { endpoint: 'customer/get' });
    const before = rig.server.control.countOf('customer/get');
    await save(till, customerId, { lastName: 'Uncertain' });
    await till.until('it is not known', () => till.status().counts.unknown === 1);
    const sinceMs = Date.now();
    while (Date.now() < sinceMs + 2000 || rig.server.control.countOf('customer/get') === before) {
      await setTimeout(100);
      till.wake();
    }
    await till.close();
    const timestamp = /^tillside_oldest_uncertain_timestamp_seconds\{[^}]*\} (\S+)$/m.exec(
      readFileSync(metricsFile, 'utf8'),
    );
    assert.ok(Math.abs(Number(timestamp?.[1]) - sinceMs / 1000) <= 1);
  });

  it('refusals by class of code, read-backs and repeated sends, each counted once however often they are read', () => {
    const db = new Database(':memory:');
    db.exec('create table update_history (update_id, id, at_ms, from_state, to_state, event, detail)');
    const add = db.prepare('insert into update_history values (?, ?, ?, ?, ?, ?, ?)');
    const clock = virtualClock();
    const nowMs = clock.wallMs();
    const tally = new Tally(clock);
    const steps: readonly (readonly [string | null, string, string, string | null])[] = [
      [null, 'queued', 'saved', null],
      ['queued', 'sending', 'sending', null],
      ['sending', 'unknown', 'not known whether it arrived', 'timeout'],
      ['unknown', 'queued', 'did not arrive, goes once more', null],
      ['queued', 'sending', 'sending', null],
      ['sending', 'attention', 'needs attention', '1016'],
    ];
    add.run('a', 1, nowMs - 1, null, 'queued', 'saved', null);
    for (const [at, [from, to, event, detail]] of steps.entries()) add.run('a', at + 2, nowMs, from, to, event, detail);
    add.run('b', 1, nowMs, 'sending', 'attention', 'needs attention', 'conflict');
    add.run('c', 1, nowMs, 'sending', 'attention', 'needs attention', 'refused');
    for (const id of ['a', 'b', 'c']) tally.touched(id);
    const first = tally.counts(db);
    for (const id of ['a', 'b', 'c']) tally.touched(id);
    for (const counts of [first, tally.counts(db)]) {
      assert.deepEqual([counts.saved, counts.readBack, counts.sentAgain], [1, 1, 1]);
      assert.deepEqual(
        Object.entries(counts.refused).filter(([, refused]) => refused > 0),
        [
          ['1xxx', 1],
          ['other', 1],
        ],
      );
    }
    db.close();
  });

  it('limits reached, requests by result, and crashes over the life of the data', async () => {
    const tally = new Tally(virtualClock());
    const results: HttpResult[] = [
      { kind: 'answer', status: 429, headers: {}, body: '' },
      { kind: 'answer', status: 200, headers: {}, body: '{"response":{"status":{"code":461}}}' },
      { kind: 'answer', status: 200, headers: {}, body: '{"response":{"status":{"code":200}}}' },
      { kind: 'lost', why: 'timeout', code: 'X' },
    ];
    for (const result of results) {
      const send = tally.counting(() => Promise.resolve(result));
      await send({ method: 'GET', url: 'https://x', headers: {}, body: null, timeoutMs: 1 });
    }
    const db = new Database(':memory:');
    const counts = tally.counts(db);
    assert.deepEqual([counts.rateLimited, counts.requests], [2, { answered: 3, 'not-sent': 0, lost: 1 }]);
    assert.deepEqual(
      [counts.refused['1xxx'], counts.refused['9xxxx'], counts.refused.other, counts.refused['2xx']],
      [0, 0, 0, undefined],
    );
    db.close();
    const dataDir = temporaryFolder();
    const starts = [true, false, true, false].map((endedCleanly) => noteStart(dataDir, endedCleanly).crashes);
    assert.deepEqual(starts, [0, 1, 1, 2]);
  });
});
