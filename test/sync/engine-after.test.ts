/** What an engine does after an update's outcome. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findUpdate } from '../../electron/updates/rows.ts';
import { okAnswer } from '../helpers/engine-rig.ts';
import { failOnce, online, openAlone } from './engine-rig-alone.ts';

const refused = {
  kind: 'rejected',
  rejection: { code: 1017, field: null, message: null },
  answer: { ...okAnswer, successCount: 0, itemCode: 1017 },
} as const;

describe('after an outcome', () => {
  it('the screen hears of the update', async (t) => {
    const { rig, clock, one, hold } = await online(t);
    const release = hold('update');
    const id = rig.save(one, { lastName: 'New' });
    await clock.pass(0);
    const told = t.mock.method(rig.context.tell, 'updateChanged');
    release();
    await clock.pass(1);
    assert.deepEqual(
      told.mock.calls.map((call) => call.arguments),
      [[id, one]],
    );
  });

  it('a refused update goes to a person at once, and is not sent again', async (t) => {
    const { rig, clock, one, server, state } = await online(t);
    server.fate = () => refused;
    const id = rig.save(one, { lastName: 'Refused' });
    await clock.pass(1);
    assert.equal(state(id), 'attention');
    await clock.pass(60_000);
    assert.equal(server.updateCalls, 1);
  });

  it('an error in Tillside delays the customer no longer than the one before, if an update was refused in between', async (t) => {
    const opened = await online(t);
    const { clock, server, state, sent } = opened;
    server.fate = () => refused;
    const id = await failOnce(t, opened);
    await clock.pass(5000);
    assert.equal(state(id), 'attention');
    opened.rig.outbox.discard(mustFind(opened, id), 'not wanted', null);
    server.fate = () => 'apply';
    await failOnce(t, opened);
    await clock.pass(5000);
    assert.deepEqual(sent(), ['1']);
  });

  it('an error in Tillside delays the customer no longer than the one before, if an update was read back in between', async (t) => {
    const opened = await online(t);
    const { clock, server, state, sent } = opened;
    server.fate = () => 'apply-and-lose';
    const id = await failOnce(t, opened);
    await clock.pass(6100);
    assert.equal(state(id), 'applied');
    server.fate = () => 'apply';
    await failOnce(t, opened);
    await clock.pass(5000);
    assert.deepEqual(sent(), ['1', '1']);
  });
});

it('a server that never answered is asked less and less often', async (t) => {
  const { clock, server, start, noteCalls } = await openAlone(t);
  server.reachable = false;
  const calls = noteCalls();
  start();
  await clock.pass(60_000);
  assert.ok(calls.length > 3 && calls.length < 10, `${calls.length} calls in a minute`);
});

function mustFind({ db }: Awaited<ReturnType<typeof online>>, id: string) {
  const update = findUpdate(db, id);
  assert.ok(update !== null);
  return update;
}
