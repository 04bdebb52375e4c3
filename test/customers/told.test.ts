/** Whose record the server's data becomes, and which of two values of a field stays. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  customerRow,
  findByConfirmedIdentifier,
  insertEmptyCustomer,
  insertUnknownCustomer,
  readRecord,
} from '../../electron/customers/store.ts';
import { type Received, RecordKeeper } from '../../electron/customers/told.ts';
import type { CustomerRef, FieldValues } from '../../electron/model/customer.ts';
import { openTestCache, recordOf } from './cache.ts';

type Source = Partial<Omit<Received, 'record'>>;

/** A `RecordKeeper` alone, and what it tells everything that depends on a record. */
function open(t: TestContext) {
  const { db, close } = openTestCache();
  t.after(close);
  const heard: string[] = [];
  const door = new RecordKeeper(db, {
    joined: (customerId, into) => heard.push(`${customerId} is ${into}`),
    recordWritten: (customerId) => heard.push(`told ${customerId}`),
  });
  const keep = (
    { userId = '1', updatedOn = null, ...fields }: FieldValues & { userId?: string | null; updatedOn?: string | null },
    source: Source = {},
    asked: CustomerRef | null = null,
  ) => door.keep({ by: 'read', asOfMs: 1000, ...source, record: { ...recordOf(fields, userId), updatedOn } }, asked);
  const known = (customerId: number) => [
    readRecord(db, customerId)?.fields,
    customerRow(db, customerId)?.as_of_ms ?? null,
  ];
  const keptAs = (kept: ReturnType<typeof keep>): number => {
    assert.equal(kept.kind, 'kept');
    return kept.customerId;
  };
  return { db, keep, keptAs, known, heard };
}

describe('the customer that an answer is about', () => {
  it('is the one whom we asked about, if the server has not sent them before', (t) => {
    const { db, keep, known, heard } = open(t);
    const asked = { customerId: insertUnknownCustomer(db, { type: 'mobile', value: '911' }) };
    const kept = keep({ userId: '7', lastName: 'Iyer' }, {}, asked);
    assert.deepEqual(kept, { kind: 'kept', customerId: asked.customerId });
    assert.deepEqual(known(asked.customerId), [{ mobile: '911', lastName: 'Iyer' }, 1000]);
    assert.deepEqual(heard, [`told ${asked.customerId}`]);
  });

  it('is the one whom we asked about, if the answer has no server id', (t) => {
    const { keep, keptAs, known } = open(t);
    const customerId = keptAs(keep({ lastName: 'Iyer' }));
    assert.equal(keptAs(keep({ userId: null, firstName: 'Sneha' }, {}, { customerId })), customerId);
    assert.deepEqual(known(customerId)[0], { lastName: 'Iyer', firstName: 'Sneha' });
  });

  for (const by of ['read', 'answer', 'till', 'file'] as const) {
    it(`stays who they are if their record here can't be read and a new one has no server id (${by})`, (t) => {
      const { db, keep, keptAs } = open(t);
      const customerId = keptAs(keep({ userId: '7', lastName: 'Iyer' }));
      db.prepare('update customer_records set record = ? where customer_id = ?').run(
        '{"of":"another version"}',
        customerId,
      );
      assert.equal(readRecord(db, customerId), null);
      keep({ userId: null, firstName: 'Sneha' }, { by, asOfMs: 2000 }, { customerId });
      assert.equal(customerRow(db, customerId)?.user_id, '7');
      assert.equal(readRecord(db, customerId)?.userId, '7');
    });
  }

  it('is somebody else if their server id is another one, and they keep their own row here', (t) => {
    const { keep, keptAs, known, heard } = open(t);
    const asked = { customerId: keptAs(keep({ userId: '1', lastName: 'One' })) };
    const other = keptAs(keep({ userId: '2', lastName: 'Two' }));
    heard.length = 0;
    const kept = keep({ userId: '2', lastName: 'Two again' }, { asOfMs: 2000 }, asked);
    assert.deepEqual(kept, { kind: 'somebody-else', customerId: other });
    assert.deepEqual(known(other)[0], { lastName: 'Two again' });
    assert.deepEqual(heard, [`told ${other}`]);
  });

  it("becomes one with the row of the answer's server id, if the one whom we asked about turns out to be them", (t) => {
    const { db, keep, keptAs, heard } = open(t);
    const there = keptAs(keep({ userId: '7', mobile: '922' }));
    const asked = { customerId: insertUnknownCustomer(db, { type: 'email', value: 'a@example.com' }) };
    heard.length = 0;
    const kept = keep({ userId: '7', mobile: '922', email: 'a@example.com' }, {}, asked);
    assert.deepEqual(kept, { kind: 'kept', customerId: there });
    assert.equal(customerRow(db, asked.customerId), null);
    assert.deepEqual(heard, [`${asked.customerId} is ${there}`, `told ${there}`]);
  });

  it('is a new one, if the one whom we asked about is no longer on this till', (t) => {
    const { db, keep, keptAs } = open(t);
    const gone = insertEmptyCustomer(db) + 5;
    const customerId = keptAs(keep({ userId: '7', lastName: 'Iyer' }, {}, { customerId: gone }));
    assert.notEqual(customerId, gone);
    assert.equal(customerRow(db, customerId)?.user_id, '7');
  });

  it('is not the customer who once had the identifier that we asked for', (t) => {
    const { db, keep, keptAs, known } = open(t);
    const identifier = { type: 'mobile', value: '911' } as const;
    const earlier = insertUnknownCustomer(db, identifier);
    keep({ userId: '1', lastName: 'One' }, {}, { customerId: earlier });
    const now = keep({ userId: '2', mobile: '911', lastName: 'Two' }, {}, { identifier });
    assert.notEqual(keptAs(now), earlier);
    assert.equal(now.kind, 'kept');
    assert.deepEqual(known(earlier)[0], { mobile: '911', lastName: 'One' });
  });

  it('is the customer who has the identifier that we asked for, if the server has not sent them or says the same id', (t) => {
    const { db, keep, keptAs } = open(t);
    const identifier = { type: 'mobile', value: '911' } as const;
    const unsent = insertUnknownCustomer(db, identifier);
    assert.equal(keptAs(keep({ userId: '7', mobile: '911' }, {}, { identifier })), unsent);
    assert.equal(keptAs(keep({ userId: '7', mobile: '911' }, {}, { identifier })), unsent);
  });

  it('is found later by the identifier that we asked for, even if the answer does not repeat it', (t) => {
    const { db, keep, keptAs } = open(t);
    const identifier = { type: 'externalId', value: 'RJ-1' } as const;
    const customerId = keptAs(keep({ userId: null, lastName: 'Iyer' }, {}, { identifier }));
    assert.equal(findByConfirmedIdentifier(db, identifier), customerId);
  });
});

describe('a customer who was merged at head office (F38)', () => {
  it('keeps nothing of the record from before the merge', (t) => {
    const { keep, keptAs, known } = open(t);
    const customerId = keptAs(keep({ userId: '1', lastName: 'Iyer', email: 'old@example.com' }));
    keep({ userId: '2', lastName: 'Iyer' }, { merged: true, asOfMs: 2000 }, { customerId });
    assert.deepEqual(known(customerId), [{ lastName: 'Iyer' }, 2000]);
  });

  it('keeps what is known of them if a later answer repeats the merge', (t) => {
    const { keep, keptAs, known } = open(t);
    const customerId = keptAs(keep({ userId: '1', lastName: 'Iyer' }));
    const merged = { merged: true, by: 'answer' } as const;
    keep({ userId: '2', mobile: '922' }, merged, { customerId });
    keep({ userId: '2', lastName: 'Rao' }, merged, { customerId });
    assert.deepEqual(known(customerId)[0], { mobile: '922', lastName: 'Rao' });
  });
});

describe('two values of a field', () => {
  const own = { lastName: 'Own', updatedOn: '2026-03-02 10:00:00' };
  const other = { lastName: 'Other', firstName: 'Only there' };
  const cases: readonly {
    readonly title: string;
    readonly first?: Source;
    readonly own?: { readonly lastName: string; readonly updatedOn: string | null };
    readonly given: Source;
    readonly updatedOn?: string;
    readonly expected: readonly [FieldValues, number | null];
  }[] = [
    {
      title: 'another till asked earlier: its value counts only where this one has none',
      given: { by: 'till', asOfMs: 999 },
      expected: [{ lastName: 'Own', firstName: 'Only there' }, 1000],
    },
    {
      title: 'another till asked at the same moment: it replaces nothing',
      given: { by: 'till', asOfMs: 1000 },
      expected: [{ lastName: 'Own', firstName: 'Only there' }, 1000],
    },
    {
      title: 'another till asked later',
      given: { by: 'till', asOfMs: 1001 },
      expected: [{ lastName: 'Other', firstName: 'Only there' }, 1001],
    },
    {
      title: 'another till asked later, and this one has only a file',
      first: { by: 'file', asOfMs: null },
      given: { by: 'till', asOfMs: 1001 },
      expected: [{ lastName: 'Other', firstName: 'Only there' }, 1001],
    },
    {
      title: 'nobody knows when another till asked',
      given: { by: 'till', asOfMs: null },
      updatedOn: '2026-03-03 10:00:00',
      expected: [{ lastName: 'Own', firstName: 'Only there' }, 1000],
    },
    {
      title: 'the server says the same time of change as before',
      given: { by: 'read', asOfMs: 2000 },
      updatedOn: '2026-03-02T10:00:00',
      expected: [{ lastName: 'Other', firstName: 'Only there' }, 2000],
    },
    {
      title: 'the server says an earlier time in another form, which cannot be compared',
      given: { by: 'read', asOfMs: 2000 },
      updatedOn: '2026-03-01T10:00:00Z',
      expected: [{ lastName: 'Other', firstName: 'Only there' }, 2000],
    },
    ...['2026-03-02', '01/03/2026 10:00', '1767225600000', '-1', '2026-02-31 10:00:00'].map((updatedOn) => ({
      title: `the server says ${updatedOn}, which is no earlier time or none at all`,
      given: { by: 'read', asOfMs: 2000 } as const,
      updatedOn,
      expected: [{ lastName: 'Other', firstName: 'Only there' }, 2000] as const,
    })),
    {
      title: 'what was known before has an impossible time: it does not keep newer data out',
      own: { lastName: 'Own', updatedOn: '9999-99-99 99:99:99' },
      given: { by: 'read', asOfMs: 2000 },
      updatedOn: '2026-03-02 10:00:00',
      expected: [{ lastName: 'Other', firstName: 'Only there' }, 2000],
    },
    {
      title: 'both times have a zone: the earlier moment is the older one, whatever its digits say (F46)',
      own: { lastName: 'Own', updatedOn: '2026-03-02T10:00:00+05:30' },
      given: { by: 'read', asOfMs: 2000 },
      updatedOn: '2026-03-02T04:29:59Z',
      expected: [{ lastName: 'Own' }, 1000],
    },
    {
      title: 'the same moment in another zone is not an older one',
      own: { lastName: 'Own', updatedOn: '2026-03-02T10:00:00+05:30' },
      given: { by: 'read', asOfMs: 2000 },
      updatedOn: '2026-03-02T04:30:00Z',
      expected: [{ lastName: 'Other', firstName: 'Only there' }, 2000],
    },
    {
      title: 'a file is as old as what the server sent: it replaces nothing, and the age stays (F46)',
      given: { by: 'file', asOfMs: null },
      updatedOn: '2026-03-02 10:00:00',
      expected: [{ lastName: 'Own', firstName: 'Only there' }, 1000],
    },
    {
      title: 'a file says an earlier time than the file before it',
      first: { by: 'file', asOfMs: null },
      given: { by: 'file', asOfMs: null },
      updatedOn: '2026-03-01 10:00:00',
      expected: [{ lastName: 'Own', firstName: 'Only there' }, null],
    },
    {
      title: 'a file says the same time as the file before it: the last one counts',
      first: { by: 'file', asOfMs: null },
      given: { by: 'file', asOfMs: null },
      updatedOn: '2026-03-02 10:00:00',
      expected: [{ lastName: 'Other', firstName: 'Only there' }, null],
    },
    {
      title: 'a file says a time, and the file before it said none',
      first: { by: 'file', asOfMs: null },
      own: { lastName: 'Own', updatedOn: null },
      given: { by: 'file', asOfMs: null },
      updatedOn: '2026-03-02 10:00:00',
      expected: [{ lastName: 'Other', firstName: 'Only there' }, null],
    },
  ];
  for (const { title, first = {}, own: known = own, given, updatedOn = null, expected } of cases) {
    it(title, (t) => {
      const door = open(t);
      const customerId = door.keptAs(door.keep(known, first));
      door.keep({ ...other, updatedOn }, given, { customerId });
      assert.deepEqual(door.known(customerId), expected);
    });
  }

  it('one from an answer to an update counts, even with an earlier time of change', (t) => {
    const { keep, keptAs, known } = open(t);
    const customerId = keptAs(keep(own));
    keep({ ...other, updatedOn: '2026-03-01 10:00:00' }, { by: 'answer', asOfMs: 2000 }, { customerId });
    assert.deepEqual(known(customerId), [{ lastName: 'Other', firstName: 'Only there' }, 2000]);
  });
});

describe('a customer who is new on this till', () => {
  for (const by of ['till', 'file'] as const) {
    it(`is taken over from a ${by}, with the age of the record if that is known`, (t) => {
      const { keep, keptAs, known } = open(t);
      const asOfMs = by === 'till' ? 500 : null;
      assert.deepEqual(known(keptAs(keep({ lastName: 'Iyer' }, { by, asOfMs }))), [{ lastName: 'Iyer' }, asOfMs]);
    });
  }

  it('is taken over without an age from a till that does not know it', (t) => {
    const { keep, keptAs, known } = open(t);
    assert.deepEqual(known(keptAs(keep({ lastName: 'Iyer' }, { by: 'till', asOfMs: null }))), [
      { lastName: 'Iyer' },
      null,
    ]);
  });
});
