/** The look at an update that another till may have taken from this till's second copy. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lookBeforeSending } from '../../electron/sync/look.ts';
import { customerRecord } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { contextOfOneCustomer } from './context-of-one.ts';
import { waiting } from './look-at-one.ts';

describe('an update that another till may have from the second copy (F63)', () => {
  const notHere = ['unseen', 'being-taken', 'unproved'] as const;
  const mayBeElsewhere = { kind: 'cannot-tell', after: 'till-stopped', because: 'may-be-elsewhere' };

  for (const whereabouts of notHere) {
    it(`counts as arrived if the server has it: ${whereabouts}`, async (t) => {
      const { look, now, server, saidOf, customerId } = waiting(t, { whereabouts });
      server.customers.set('1', customerRecord('1', 'New'));
      assert.equal(await look(), 'closed');
      assert.equal(now().state, 'applied');
      assert.ok(saidOf(customerId));
    });

    it(`is in conflict like any other: ${whereabouts}`, async (t) => {
      const { look, now, server } = waiting(t, { whereabouts });
      server.customers.set('1', customerRecord('1', 'Theirs'));
      assert.equal(await look(), 'closed');
      assert.equal(now().reason?.kind, 'conflict');
    });

    it(`is sent only if nothing changed since it was saved and nobody is importing it: ${whereabouts}`, async (t) => {
      const { look, now } = waiting(t, { whereabouts });
      assert.equal(await look(), whereabouts === 'being-taken' ? 'elsewhere' : 'go');
      assert.equal(now().state, 'queued');
    });

    it(`waits if points changed, in the end for a person: ${whereabouts}`, async (t) => {
      const { look, now, server } = waiting(t, { whereabouts });
      server.apply('1', { firstName: 'Other' });
      assert.equal(await look(), whereabouts === 'unproved' ? 'closed' : 'elsewhere');
      if (whereabouts === 'unproved') assert.deepEqual(now().reason, mayBeElsewhere);
    });

    it(`waits if the till may not read, in the end for a person: ${whereabouts}`, async (t) => {
      const { look, now, server } = waiting(t, { whereabouts, sync: { readBack: false } });
      assert.equal(await look(), whereabouts === 'unproved' ? 'closed' : 'elsewhere');
      if (whereabouts === 'unproved') assert.deepEqual(now().reason, mayBeElsewhere);
      assert.equal(server.calls, 0);
    });
  }

  it('is looked at like any other once the copy turns out not to have it', async (t) => {
    const { look, server } = waiting(t, { whereabouts: Promise.resolve('here') });
    assert.equal(await look(), 'go');
    assert.equal(server.calls, 0);
  });

  it('waits if the record here is younger than the update, so that it proves nothing', async (t) => {
    const { look, db, clock } = waiting(t, { whereabouts: 'unseen' });
    await clock.pass(1);
    keepRecord(db, customerRecord('1', 'Before'), clock.wallMs());
    assert.equal(await look(), 'elsewhere');
  });

  it('is compared with what was noted before its first attempt, if there was one', async (t) => {
    const { outbox, seen, id, look, db, clock } = waiting(t, { whereabouts: 'unseen' });
    const before = { points: 0, purchases: 0, updatedOn: null, markKey: null, mark: null, asOfMs: clock.wallMs() };
    outbox.claim(id, 0, before);
    outbox.uncertain(seen(id), 'timeout', null);
    outbox.resend(seen(id));
    await clock.pass(1);
    keepRecord(db, customerRecord('1', 'Before'), clock.wallMs());
    assert.equal(await look(), 'go');
  });

  it('waits if the server cannot be asked', async (t) => {
    const { look, server } = waiting(t, { whereabouts: 'unseen' });
    server.reachable = false;
    assert.equal(await look(), 'later');
  });

  it('is looked at again if staff edit it during the look', async (t) => {
    const { look, now, server, outbox, input } = waiting(t, { whereabouts: 'unseen' });
    server.onAnswer = async () => void outbox.edit(now(), input({ firstName: 'Newer' }, 'till1'));
    assert.equal(await look(), 'moved-on');
  });

  it('has its new identifier checked like any other', async (t) => {
    const { look, now, server } = waiting(t, {
      whereabouts: 'unseen',
      changes: { email: 'a@example.com' },
      baseline: { email: null },
    });
    const own = customerRecord('1', 'Before');
    server.customers.set('1', { ...own, fields: { ...own.fields, email: null } });
    server.customers.set('9', { ...customerRecord('9', 'Other'), fields: { email: 'a@example.com' } });
    assert.equal(await look(), 'closed');
    assert.equal(now().reason?.kind, 'belongs-to-other');
  });

  it('waits if it is a request to change an identifier, because no look can find it', async (t) => {
    const { outbox, input, seen, context, server } = contextOfOneCustomer(t, { whereabouts: 'unseen' });
    const id = outbox.save({ ...input({ mobile: '919845099999' }, 'till1'), kind: 'identity' });
    const looked = await lookBeforeSending(context, server.api, seen(id), { isOld: false, lane: 'counter' });
    assert.equal(looked.kind, 'elsewhere');
    assert.equal(server.calls, 0);
  });
});
