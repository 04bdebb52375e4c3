/** What staff are told after each answer to a look-up, and what is stored. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { customerRow, findByConfirmedIdentifier, readRecord } from '../../electron/customers/store.ts';
import type { CustomerRecord, FieldValues } from '../../electron/model/customer.ts';
import type { ReadOutcome } from '../../electron/model/outcome.ts';
import { lookUp, lookUpAny, purchasesOf, refresh } from '../../electron/sync/look-up.ts';
import { recordOf } from '../customers/cache.ts';
import { customerRecord, okAnswer } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { contextOfOneCustomer } from './context-of-one.ts';

const found = <T>(value: T, merged = false) => ({ kind: 'found', value, merged, answer: okAnswer }) as const;
const erasedAnswer = { ...okAnswer, itemMessage: 'Customer deleted after PII deletion request' };
const rejection = { code: 1, field: null, message: null };

/** A till that knows whose server it is. */
async function open(t: TestContext) {
  const one = contextOfOneCustomer(t);
  one.context.owner.confirm({ till: 't', organisation: 'o', organisationId: '1', serverTimeMs: null });
  const passed: (number | null)[] = [];
  t.mock.method(one.context.blame, 'lookUpPassed', (customerId: number | null) => passed.push(customerId));
  return { ...one, passed };
}

/** The same till with a new password, which may be of another organisation. */
async function withNewPassword(t: TestContext) {
  const one = await open(t);
  one.context.owner.passwordChanged();
  return one;
}

describe('a look-up', () => {
  it('stores the customer that the server returns, and tells the screen', async (t) => {
    const { context, server, db, heard, passed } = await open(t);
    const taken = t.mock.method(context.pace, 'take');
    server.customers.set('7', customerRecord('7', 'Found'));
    const result = await lookUp(context, { type: 'mobile', value: '919845000007' });
    assert.ok(result.kind === 'found');
    assert.equal(readRecord(db, result.customerId)?.fields.lastName, 'Found');
    assert.deepEqual(heard, [`customer ${result.customerId}`]);
    assert.deepEqual([passed, taken.mock.calls.map((call) => call.arguments)], [[null], [['counter']]]);
    await lookUp(context, { type: 'mobile', value: '919845000007' });
    assert.deepEqual(passed, [null, result.customerId], 'by now it is known who that is');
  });

  it('by card stores a customer without a server id under an identifier in the answer', async (t) => {
    const { context, server, db } = await open(t);
    server.onGet = () => found(recordOf({ mobile: null, email: 'a@b.co' }, null));
    const result = await lookUp(context, { type: 'cardNumber', value: '77' });
    assert.equal(
      result.kind === 'found' && result.customerId,
      findByConfirmedIdentifier(db, { type: 'email', value: 'a@b.co' }),
    );
    assert.deepEqual(await lookUp(context, { type: 'cardNumber', value: '77' }), result, 'and stays one customer');
  });

  const answers: readonly (readonly [Exclude<ReadOutcome<CustomerRecord>, { kind: 'found' }>, object, boolean])[] = [
    [{ kind: 'not-found', answer: okAnswer }, { kind: 'not-found' }, true],
    [{ kind: 'refused', rejection, answer: okAnswer }, { kind: 'refused' }, true],
    [{ kind: 'not-found', answer: erasedAnswer }, { kind: 'erased' }, true],
    [{ kind: 'held', why: 'credentials', answer: okAnswer }, { kind: 'failed', why: 'credentials' }, false],
    [{ kind: 'held', why: 'permission', answer: okAnswer }, { kind: 'failed', why: 'permission' }, false],
    ...(
      [
        ['sign-in-page', 'sign-in-page'],
        ['busy', 'busy'],
        ['server-error', 'server'],
        ['unreadable-answer', 'server'],
        ['gateway-refused', 'server'],
        ['timeout', 'offline'],
        ['tls', 'offline'],
      ] as const
    ).map(
      ([why, told]) => [{ kind: 'failed', why, retryAfterMs: null }, { kind: 'failed', why: told }, false] as const,
    ),
  ];
  for (const [outcome, expected, hasPassed] of answers) {
    it(`says ${JSON.stringify(expected)} if the server says ${outcome.kind} ${'why' in outcome ? outcome.why : ''}`, async (t) => {
      const { context, server, passed } = await open(t);
      const failed = t.mock.method(context.blame, 'lookUpFailed');
      const refused = t.mock.method(context.blame, 'tillRefused');
      server.onGet = () => outcome;
      assert.deepEqual(await lookUp(context, { type: 'mobile', value: '911' }), expected);
      assert.deepEqual(passed, hasPassed ? [null] : []);
      assert.equal(failed.mock.callCount(), outcome.kind === 'failed' ? 1 : 0);
      assert.equal(refused.mock.callCount(), outcome.kind === 'held' ? 1 : 0);
      const isPaused = outcome.kind === 'held' && outcome.why === 'credentials';
      assert.equal(context.connection.paused, isPaused ? 'credentials' : null);
    });
  }

  it('erases the customer with that identifier here, if the server has erased them (F48)', async (t) => {
    const { context, server, db, heard, customerId } = await open(t);
    db.prepare("update customers set mobile = '919845000001' where id = ?").run(customerId);
    server.onGet = () => ({ kind: 'not-found', answer: erasedAnswer });
    assert.deepEqual(await lookUp(context, { type: 'mobile', value: '919845000001' }), { kind: 'erased' });
    assert.equal(customerRow(db, customerId), null);
    assert.deepEqual(heard, [`customer ${customerId}`]);
    assert.deepEqual(await lookUp(context, { type: 'cardNumber', value: '77' }), { kind: 'erased' });
  });
});

describe('a till that does not know whose server it is', () => {
  it('asks that first (F45)', async (t) => {
    const { context, server } = await withNewPassword(t);
    server.customers.set('7', customerRecord('7', 'Found'));
    assert.equal((await lookUp(context, { type: 'userId', value: '7' })).kind, 'found');
    assert.equal(server.calls, 2);
    assert.equal((await lookUp(context, { type: 'userId', value: '7' })).kind, 'found');
    assert.equal(server.calls, 3);
  });

  for (const why of ['offline', 'credentials', 'other-organisation'] as const) {
    it(`looks nothing up if the answer is ${why} (F45)`, async (t) => {
      const { context, server, customerId } = await withNewPassword(t);
      if (why === 'offline') server.reachable = false;
      if (why === 'other-organisation') server.organisationId = '2';
      const held = { kind: 'held', why: 'credentials', answer: okAnswer } as const;
      if (why === 'credentials') t.mock.method(server.api, 'login', async () => held);
      const got = t.mock.method(server.api, 'getCustomer');
      assert.deepEqual(await lookUp(context, { type: 'mobile', value: '911' }), { kind: 'failed', why });
      assert.deepEqual(await lookUpAny(context, 'mobile', ['911', '922']), [{ kind: 'failed', why }]);
      assert.deepEqual(await purchasesOf(context, customerId), { kind: 'failed', why });
      assert.equal(got.mock.callCount(), 0);
    });
  }

  it('says that it has no password', async (t) => {
    const { context, customerId } = contextOfOneCustomer(t);
    const locked = Object.create(context, { api: { value: () => null } });
    const failed = { kind: 'failed', why: 'no-secret' };
    assert.deepEqual(await lookUp(locked, { type: 'mobile', value: '911' }), failed);
    assert.deepEqual(await lookUpAny(locked, 'mobile', ['911', '922']), [failed]);
    assert.deepEqual(await purchasesOf(locked, customerId), failed);
  });
});

describe('a refresh', () => {
  it('of a customer who was merged says so (F38)', async (t) => {
    const { context, server, db, clock, heard, customerId, passed } = await open(t);
    const survivor = keepRecord(db, recordOf({ lastName: 'Rao' }, '2'), clock.wallMs());
    server.onGet = () => found(customerRecord('2', 'Rao'), true);
    assert.deepEqual(await refresh(context, customerId), { kind: 'found', customerId: survivor });
    assert.ok(heard.includes(`${customerId} is ${survivor}`));
    assert.deepEqual(passed, [customerId]);
  });

  it('of the same customer says nothing of a merge', async (t) => {
    const { context, heard, customerId } = await open(t);
    assert.deepEqual(await refresh(context, customerId), { kind: 'found', customerId });
    assert.deepEqual(heard, [`customer ${customerId}`]);
  });

  it('of somebody who is not here, or turns out to be somebody else, finds nobody', async (t) => {
    const { context, server, customerId } = await open(t);
    assert.deepEqual(await refresh(context, customerId + 5), { kind: 'not-found' });
    assert.equal(server.calls, 0);
    server.onGet = () => found(customerRecord('9', 'Other'));
    assert.deepEqual(await refresh(context, customerId), { kind: 'failed', why: 'server' });
  });

  it('is repeated if an update of the customer was applied meanwhile, three times at most (F61)', async (t) => {
    for (const overtakes of [1, 9]) {
      const { context, server, db, customerId } = await open(t);
      let asks = 0;
      server.onGet = () => {
        asks += 1;
        if (asks <= overtakes) context.applied.note(customerId);
        return found(customerRecord('1', `Read ${asks}`));
      };
      assert.deepEqual(await refresh(context, customerId), { kind: 'found', customerId });
      assert.equal(asks, Math.min(overtakes + 1, 3));
      assert.equal(readRecord(db, customerId)?.fields.lastName, overtakes === 1 ? 'Read 2' : 'Before');
    }
  });

  it('shows the older data if the new data cannot be stored', async (t) => {
    const { context, db, customerId, logged } = await open(t);
    db.pragma('query_only = on');
    assert.deepEqual(await refresh(context, customerId), { kind: 'found', customerId });
    assert.deepEqual(await lookUp(context, { type: 'userId', value: '1' }), { kind: 'failed', why: 'not-kept' });
    assert.equal(logged.length, 2);
    db.pragma('query_only = off');
  });

  it('shows the customer whom they were merged into meanwhile, even if the new data cannot be stored', async (t) => {
    const { context, server, db, heard, customerId } = await open(t);
    let into = 0;
    server.onGet = () => {
      db.prepare('delete from customers where id = ?').run(customerId);
      into = keepRecord(db, customerRecord('1', 'Before'), 1);
      db.pragma('query_only = on');
      return found(customerRecord('1', 'Now'));
    };
    assert.deepEqual(await refresh(context, customerId), { kind: 'found', customerId: into });
    assert.notEqual(into, customerId);
    assert.deepEqual(heard, [`${customerId} is ${into}`]);
    db.pragma('query_only = off');
  });

  it('of a customer who is deleted meanwhile finds nobody', async (t) => {
    const { context, server, db, customerId } = await open(t);
    server.onGet = () => {
      db.prepare('delete from customers where id = ?').run(customerId);
      return found(customerRecord('1', 'Before'));
    };
    assert.deepEqual(await refresh(context, customerId), { kind: 'not-found' });
  });

  it('of a customer whom the server erased erases them here (F48)', async (t) => {
    const { context, server, db, heard, customerId, passed } = await open(t);
    server.onGet = () => ({ kind: 'refused', rejection, answer: erasedAnswer });
    assert.deepEqual(await refresh(context, customerId), { kind: 'erased' });
    assert.equal(customerRow(db, customerId), null);
    assert.deepEqual([heard, passed], [[`customer ${customerId}`], [customerId]]);
  });
});

describe('a look-up of several values', () => {
  const people = async (
    t: TestContext,
    type: 'mobile' | 'email' | 'userId' | 'cardNumber',
    records: CustomerRecord[],
  ) => {
    const one = await open(t);
    for (const record of records) if (record.userId !== null) one.server.customers.set(record.userId, record);
    t.mock.method(one.server.api, 'getCustomers', async () => found(records));
    const values = {
      mobile: ['9845000007', '911'],
      email: ['A@b.co', 'c@d.co'],
      userId: ['7', '8'],
      cardNumber: ['1', '2'],
    };
    const got = await lookUpAny(one.context, type, values[type]);
    return { ...one, got: got.map((result) => (result.kind === 'failed' ? result.why : result.kind)) };
  };
  const person = (userId: string | null, fields: FieldValues) => recordOf(fields, userId);

  it('of one value is an ordinary look-up', async (t) => {
    const { context, server } = await open(t);
    assert.deepEqual(await lookUpAny(context, 'mobile', ['911']), [{ kind: 'not-found' }]);
    assert.equal(server.calls, 1);
  });

  it('that nobody has takes one call', async (t) => {
    const { context, passed } = await open(t);
    const taken = t.mock.method(context.pace, 'take');
    assert.deepEqual(await lookUpAny(context, 'mobile', ['911', '922']), [{ kind: 'not-found' }]);
    assert.deepEqual([passed, taken.mock.callCount()], [[null], 1]);
  });

  it('finds everybody who has one of the values, and ignores the others', async (t) => {
    const mobiles = [
      person('7', { mobile: '919845000007' }),
      person('8', { mobile: '922' }),
      person('9', { mobile: '11' }),
    ];
    assert.deepEqual((await people(t, 'mobile', mobiles)).got, ['found', 'found']);
    const emails = [person('7', { email: 'a@B.co' }), person('8', { email: 'x@y.co' })];
    assert.deepEqual((await people(t, 'email', emails)).got, ['found']);
    assert.deepEqual((await people(t, 'userId', [person('8', {}), person('9', {})])).got, ['found']);
    assert.deepEqual((await people(t, 'cardNumber', [person('8', {}), person('9', {})])).got, ['found', 'found']);
    assert.deepEqual((await people(t, 'email', [person('8', {}), person('9', { email: null })])).got, [
      'found',
      'found',
    ]);
    const none = await people(t, 'email', [person('8', { email: 'x@y.co' })]);
    assert.deepEqual([none.got, none.passed], [['not-found'], [null]]);
  });

  it('cannot use an answer without a server id', async (t) => {
    assert.deepEqual((await people(t, 'email', [person(null, { email: 'a@b.co' })])).got, ['server']);
  });
});

describe('purchases', () => {
  it('are shown as the server sends them', async (t) => {
    const { context, server, customerId, passed } = await open(t);
    const taken = t.mock.method(context.pace, 'take');
    t.mock.method(server.api, 'purchases', async () => found([]));
    assert.deepEqual(await purchasesOf(context, customerId), { kind: 'found', purchases: [] });
    assert.deepEqual([passed, taken.mock.callCount()], [[customerId], 1]);
  });

  it('of a customer who is not on this till, or not at head office, are not found', async (t) => {
    const { context, customerId } = await open(t);
    assert.deepEqual(await purchasesOf(context, customerId + 5), { kind: 'not-found' });
    assert.deepEqual(await purchasesOf(context, customerId), { kind: 'not-found' });
  });

  it('that the server refuses, or is too busy for, are reported as its trouble', async (t) => {
    const { context, server, customerId } = await open(t);
    t.mock.method(server.api, 'purchases', async () => ({ kind: 'refused', rejection, answer: okAnswer }));
    assert.deepEqual(await purchasesOf(context, customerId), { kind: 'failed', why: 'server' });
    t.mock.method(server.api, 'purchases', async () => ({ kind: 'failed', why: 'busy', retryAfterMs: null }));
    assert.deepEqual(await purchasesOf(context, customerId), { kind: 'failed', why: 'busy' });
  });
});
