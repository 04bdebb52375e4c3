/** An update that fails on this till, before or after its exchange with the server. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { ModelServer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

const dayMs = 24 * 60 * 60_000;

/** Keeping what the server told about one customer fails for a day. Another customer is saved as well. */
async function failForADay(t: TestContext, error: Error) {
  const clock = virtualClock();
  const server = new ModelServer(clock, 10);
  const rig = startEngine({ server, clock, random: seededRandom(3), folder: temporaryFolder() });
  const [bad, good] = [rig.addCustomer('1'), rig.addCustomer('2')];
  await clock.pass(1000);
  let looks = 0;
  server.onGet = ({ value }) => {
    if (value === '1') looks += 1;
    return null;
  };
  const keep = rig.context.records.keep.bind(rig.context.records);
  const failing = t.mock.method(rig.context.records, 'keep', (...args: Parameters<typeof keep>) => {
    if (args[0].record?.userId === '1') throw error;
    return keep(...args);
  });
  const badId = rig.save(bad, { lastName: 'Bad' });
  rig.save(good, { lastName: 'Good' });
  await clock.pass(dayMs);
  const sent = server.ledger.map(({ userId }) => userId);
  failing.mock.restore();
  return { clock, server, rig, looks, sent, badId };
}

describe('an update that this till fails to work on', () => {
  it('F39 because of a bug, costs few calls, holds up nobody, and is sent once the bug is fixed', async (t) => {
    const { clock, server, rig, looks, sent } = await failForADay(t, new TypeError('a bug'));
    assert.ok(looks < 50, `${looks} calls in a day`);
    assert.ok(sent.includes('2'));
    await clock.pass(60 * 60_000);
    assert.equal(server.ledger.filter(({ userId }) => userId === '1').length, 1);
    assert.equal(rig.engine.status().unsent, 0);
  });

  it('F25 because the disk is full, is sent soon after there is room', async (t) => {
    const { clock, server, rig } = await failForADay(t, new Database.SqliteError('full', 'SQLITE_FULL'));
    await clock.pass(10_000);
    assert.equal(server.ledger.filter(({ userId }) => userId === '1').length, 1);
    assert.equal(rig.engine.status().unsent, 0);
  });
});
