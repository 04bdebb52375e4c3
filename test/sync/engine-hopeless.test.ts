/** What an engine does with an update that keeps failing while others pass, and with an error after it has closed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findUpdate } from '../../electron/updates/rows.ts';
import { failOnce, online } from './engine-rig-alone.ts';

describe('an update that keeps failing while others pass (F40)', () => {
  for (const step of ['look', 'send'] as const) {
    it(`is shown to a person at once, after a failed ${step}, and is no longer suspected`, async (t) => {
      const { rig, clock, one, server, db, noteCalls } = await online(t, {
        sync: { checkAfterMinutes: step === 'look' ? 0 : 60 },
      });
      const told = t.mock.method(rig.context.tell, 'updateChanged');
      const calls = noteCalls();
      t.mock.method(rig.context.blame, 'whyHopeless', () => 'server-error');
      server.fate = () => ({ kind: 'not-sent', why: 'no-connection', answer: null, retryAfterMs: null });
      if (step === 'look') {
        t.mock.method(server.api, 'getCustomer', async () => ({
          kind: 'failed',
          why: 'no-connection',
          retryAfterMs: null,
        }));
      }
      const id = rig.save(one, { lastName: 'Bad' });
      await clock.pass(1);
      assert.deepEqual(findUpdate(db, id)?.reason, { kind: 'does-not-pass', why: 'server-error' });
      assert.equal(rig.context.blame.isSuspect(id), false);
      // On its way, not sent, and with a person.
      assert.equal(told.mock.callCount(), step === 'look' ? 1 : 3);
      assert.deepEqual(told.mock.calls.at(-1)?.arguments, [id, one]);
      assert.equal(calls.filter((call) => call.startsWith('update')).length, step === 'look' ? 0 : 1);
    });
  }

  it('leaves no wait to its customer: an error with the next one delays it no longer than the first', async (t) => {
    const opened = await online(t);
    const { rig, clock, server, state } = opened;
    const first = await failOnce(t, opened);
    const hopeless = t.mock.method(rig.context.blame, 'whyHopeless', () => 'server-error');
    server.fate = () => ({ kind: 'not-sent', why: 'no-connection', answer: null, retryAfterMs: null });
    await clock.pass(5000);
    assert.equal(state(first), 'attention');
    hopeless.mock.restore();
    rig.outbox.discard(findUpdate(opened.db, first) ?? assert.fail(), 'gone', null);
    server.fate = () => 'apply';
    await clock.pass(60_000);
    const second = await failOnce(t, opened);
    await clock.pass(5000);
    assert.equal(state(second), 'applied');
  });
});

it('an error after the engine has closed is not reported, since the data may be closed too', async (t) => {
  const { rig, clock, one, server, state } = await online(t);
  const { promise, reject } = Promise.withResolvers<never>();
  t.mock.method(server.api, 'updateCustomer', () => promise);
  const id = rig.save(one, { lastName: 'Slow' });
  await clock.pass(1);
  const closed = rig.engine.close();
  await clock.pass(5000);
  await closed;
  const before = [...rig.logged];
  reject(new Error('a bug'));
  await clock.pass(1);
  assert.deepEqual([rig.logged, state(id)], [before, 'unknown']);
});
