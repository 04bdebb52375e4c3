/**
 * A whole till behind real sockets that fail in every way real ones do. test/loyalty-api shows what the transport makes
 * of each failure; this shows what staff see and what the server's ledger holds in the end.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import net from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SyncStatus } from '../../electron/model/sync-status.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { statusSentence } from '../../renderer/words/status-words.ts';
import { bringIn, byServerId, openUpdates, save, statusOf, untilAllSent, updateOf } from '../helpers/at-the-counter.ts';
import { type RigTill, startTillRig, type TillRig, type TillSettings } from '../helpers/till-rig.ts';
import { makeCertificates } from '../loyalty-api/certificates.ts';
import { type BadConnection, startBadConnection } from './network/bad-connection.ts';
import { rows } from './network/troubles.ts';

const rita = byServerId(anchors.ritaJames.userId);

/** What staff read meanwhile. */
const sentences: { readonly [why: string]: RegExp } = {
  'no-connection': /No internet connection.*You can keep saving/,
  'name-not-found': /can’t find head office.*You can keep saving/,
  tls: /doesn’t trust.*Tell IT/,
  proxy: /blocking.*Tell IT/,
  'sign-in-page': /needs you to sign in/,
  busy: /busy.*sent automatically/,
  timeout: /too long to answer.*automatically/,
  'connection-lost': /dropped.*automatically/,
  'server-error': /has a problem.*automatically/,
};

/** A till's folder with a customer it fetched over a good connection. */
async function withRita(rig: TillRig): Promise<{ readonly folder: string; readonly customerId: number }> {
  const folder = rig.newFolder();
  const till = await rig.openTill(folder);
  const { customerId } = await bringIn(till, rita);
  // What it has is not requested again at the next start: an answer would end the trouble before it is reported.
  await till.until('everything about the organisation is known', async () => {
    const { policyAsOfMs, fieldsAsOfMs } = await till.call['org.view'](undefined);
    const { asOfMs } = await till.call['staff.list'](undefined);
    return [policyAsOfMs, fieldsAsOfMs.custom, fieldsAsOfMs.extended, asOfMs].every((age) => age !== null);
  });
  await till.close();
  return { folder, customerId };
}

describe('a till on a failing connection', { concurrency: 2 }, () => {
  for (const { words, trouble, expected } of rows) {
    it(`${words}: the update becomes ${expected.kind} (${expected.why}) and ends up at the server once`, async (t) => {
      const rig = await startTillRig(40);
      const network = await startBadConnection(rig.server.url);
      t.after(async () => {
        await rig.close();
        await network.close();
      });
      // An answer without a meaning is not a connection problem.
      const isOffline = expected.why !== 'unreadable-answer';
      const { folder, customerId } = await withRita(rig);
      const till = await rig.openTill(folder, {
        api: { url: network.url, timeoutSeconds: expected.why === 'timeout' ? 4 : 15 },
        sync: { settleSeconds: 0.05 },
      });
      await till.until('it is online', async () => (await statusOf(till)).connection.kind === 'online');
      network.expect('customer/update', trouble);
      const updateId = await save(till, customerId, { lastName: 'Once' });
      const end = async () => (await till.call['updates.history']({ updateId })).find(({ from }) => from === 'sending');
      await till.until('the till concluded something', async () => (await end()) !== undefined);
      if (isOffline) {
        // The status is told at most so often, and the next answer ends it.
        await till.until(`the status says ${expected.why}`, () => toldOffline(till, expected.why).length > 0);
        const [status = assert.fail()] = toldOffline(till, expected.why);
        assert.match(statusSentence(status) ?? '', sentences[expected.why] ?? /$^/);
      }
      network.goOn();
      await untilAllSent(till);

      const sentEvent = await end();
      assert.deepEqual(
        [sentEvent?.to, sentEvent?.detail],
        [expected.kind === 'unknown' ? 'unknown' : 'queued', expected.why],
        'what the till concluded',
      );
      const applied = await updateOf(till, customerId, updateId);
      assert.equal(applied.state, 'applied');
      // What reached the server is confirmed by reading it back. What did not is sent once more, and an uncertain try
      // counts as an attempt.
      assert.equal(applied.result?.confirmedBy, trouble.passesOn ? 'read' : 'answer');
      assert.equal(applied.attempts, expected.kind === 'unknown' && !trouble.passesOn ? 2 : 1);
      assert.equal(rig.server.control.ledger.length, 1);
      assert.equal(rig.server.control.customer(anchors.ritaJames.userId)?.lastName, 'Once');
      if (!isOffline) assert.deepEqual(toldOffline(till), []);
    });
  }
});

/** The statuses that said so in the meantime. */
function toldOffline(till: RigTill, why: string | null = null): SyncStatus[] {
  const statuses = till.events.flatMap((event) => (event.name === 'sync.changed' ? [event.payload] : []));
  return statuses.filter(({ connection }) => connection.kind === 'offline' && (why === null || connection.why === why));
}

describe('a till that cannot reach its server at all', () => {
  let rig: TillRig;
  let network: BadConnection;
  beforeEach(async () => {
    rig = await startTillRig(40);
    network = await startBadConnection(rig.server.url);
  });
  afterEach(async () => {
    await rig.close();
    await network.close();
  });

  /** Saves while the address leads nowhere, then opens the till again with the right one. */
  async function saveWithout(api: NonNullable<TillSettings['api']>): Promise<SyncStatus> {
    const { folder, customerId } = await withRita(rig);
    const without = await rig.openTill(folder, { api });
    const updateId = await save(without, customerId, { lastName: 'Later' });
    await without.until('it was tried, and nothing is in flight', async () => {
      const { connection, counts } = await statusOf(without);
      return connection.kind === 'offline' && counts.queued === 1;
    });
    const status = await statusOf(without);
    const [waiting] = await openUpdates(without);
    assert.deepEqual([waiting?.updateId, waiting?.state, waiting?.attempts], [updateId, 'queued', 0]);
    assert.equal(waiting?.may.edit, true);
    assert.equal(rig.server.control.ledger.length, 0);
    await without.close();
    const after = await rig.openTill(folder);
    await untilAllSent(after);
    assert.equal(rig.server.control.ledger.length, 1);
    return status;
  }

  function assertOffline(status: SyncStatus, why: string): void {
    assert.equal(status.state, 'offline');
    assert.deepEqual(status.connection, { kind: 'offline', why });
    assert.match(statusSentence(status) ?? '', sentences[why] ?? /$^/);
  }

  it('because its name does not resolve (DNS), keeps the update and says so', async () => {
    assertOffline(await saveWithout({ url: 'https://loyalty.invalid' }), 'name-not-found');
  });

  it('because its certificate is not trusted, keeps the update, sends not one byte of it, and says so', async (t) => {
    const { cert, key } = makeCertificates();
    let requests = 0;
    const server = https.createServer({ cert, key }, () => {
      requests += 1;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const address = server.address();
    assert.ok(address !== null && typeof address !== 'string');
    assertOffline(await saveWithout({ url: `https://localhost:${address.port}` }), 'tls');
    assert.equal(requests, 0);
  });

  it('because nothing listens there, keeps the update and says so', async () => {
    const closed = net.createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const address = closed.address();
    assert.ok(address !== null && typeof address !== 'string');
    closed.close();
    assertOffline(await saveWithout({ url: `http://127.0.0.1:${address.port}` }), 'no-connection');
  });

  for (const { words, deal, why } of [
    { words: 'accepts the connection and says nothing', deal: () => undefined, why: 'timeout' },
    {
      words: 'accepts the connection and resets it',
      deal: (socket: net.Socket) => socket.once('data', () => socket.resetAndDestroy()),
      why: 'connection-lost',
    },
  ]) {
    it(`F17 shows offline although the system says online, because the network ${words}, and it costs the update no attempt`, async () => {
      const { folder, customerId } = await withRita(rig);
      const till = await rig.openTill(folder, { api: { url: network.url, timeoutSeconds: 2 } });
      network.refuseAll(deal);
      // A lookup finds the failure first; then the system reports "online" and wakes the till.
      assert.equal((await till.call['customers.refresh']({ customerId })).kind, 'failed');
      await save(till, customerId, { lastName: 'Online' });
      till.wake();
      await till.until('it was tried again', async () => (await statusOf(till)).nextTryAtMs !== null);
      assertOffline(await statusOf(till), why);
      assert.equal((await openUpdates(till))[0]?.attempts, 0);
      network.refuseAll(null);
      await till.call['sync.sendNow'](undefined);
      await untilAllSent(till);
      assert.deepEqual((await statusOf(till)).connection, { kind: 'online' });
      assert.equal(rig.server.control.ledger.length, 1);
    });
  }
});
