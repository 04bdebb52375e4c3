/** How one update is claimed and sent, and who is blamed if that fails. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { LoyaltyApi } from '../../electron/loyalty-api/loyalty-api.ts';
import type { FieldChanges } from '../../electron/model/customer.ts';
import type { UpdateOutcome, Warning } from '../../electron/model/outcome.ts';
import { blameFor, claim, commitMarkRefused, isMarkRefused, send } from '../../electron/sync/send.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { recordOf } from '../customers/cache.ts';
import { customerRecord, okAnswer } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { contextOfOneCustomer } from './context-of-one.ts';

const markKey = 'custom.till_mark' as const;
const reserved = { key: markKey, isDefined: true } as const;
const applied: Extract<UpdateOutcome, { kind: 'applied' }> = {
  kind: 'applied',
  merged: false,
  record: customerRecord('1', 'New'),
  effects: [],
  warnings: [],
  answer: okAnswer,
};
const rejected: Extract<UpdateOutcome, { kind: 'rejected' }> = {
  kind: 'rejected',
  rejection: { code: 1017, field: markKey, message: 'no' },
  answer: okAnswer,
};

const refusedTill: UpdateOutcome = {
  kind: 'held',
  why: 'permission',
  answer: { ...okAnswer, code: 403, itemCode: null, itemMessage: null, message: 'not you' },
};

type Options = { readonly isMarked?: boolean; readonly kind?: 'fields' | 'identity'; readonly changes?: FieldChanges };

/** One customer's update, and a server that gives one answer. */
function saved(t: TestContext, { isMarked = false, kind = 'fields', changes = { lastName: 'New' } }: Options = {}) {
  const one = contextOfOneCustomer(t, { reserved: isMarked ? reserved : null });
  const { outbox, input, seen, context, server } = one;
  const staff = { code: 'A001', name: 'Ana' };
  const id = outbox.save({ ...input(changes, 'till1', { lastName: 'Before' }), kind, staff });
  const asked: unknown[] = [];
  const sendWith = async (outcome: UpdateOutcome) => {
    const answer = async (request: unknown) => {
      asked.push(request);
      return outcome;
    };
    const api: LoyaltyApi = { ...server.api, updateCustomer: answer, requestIdentityChange: answer };
    const claimed = claim(context, seen(id));
    assert.ok(claimed !== null);
    return send(context, api, claimed);
  };
  return { ...one, id, asked, sendWith };
}

const asks = { kind: 'identity', changes: { mobile: '919845099999' } } as const;
const author = { staffCode: 'A001', till: 'till1' };
const identifier = { type: 'userId', value: '1' };

describe('an update is claimed for sending', () => {
  it('with what the server said of the customer before (F42)', (t) => {
    const { context, seen, id, clock } = saved(t, { isMarked: true });
    const claimed = claim(context, seen(id));
    assert.deepEqual(claimed, { update: seen(id), mark: { key: markKey, isKept: true } });
    assert.equal(seen(id).state, 'sending');
    const before = { points: 0, purchases: 0, updatedOn: null, markKey, mark: null, asOfMs: clock.wallMs() };
    assert.deepEqual(seen(id).before, before);
  });

  it('without the reserved field where there is none', (t) => {
    const { context, seen, id } = saved(t);
    assert.equal(claim(context, seen(id))?.mark, null);
    assert.equal(seen(id).before?.markKey, null);
  });

  it('but not once the record here shows a conflict (F22)', (t) => {
    const { context, seen, id, db, clock } = saved(t);
    keepRecord(db, customerRecord('1', 'Theirs'), clock.wallMs());
    assert.equal(claim(context, seen(id)), null);
    assert.equal(seen(id).state, 'queued');
  });

  it('but not once the customer was merged into one whose record shows a conflict (F38)', (t) => {
    const { context, seen, id, db, clock, customerId } = saved(t);
    const looked = seen(id);
    keepRecord(db, recordOf({ lastName: 'Theirs' }, '2'), clock.wallMs());
    const record = recordOf({ lastName: 'Theirs' }, '2');
    createRecordKeeper(db, clock).keep({ record, by: 'read', asOfMs: clock.wallMs(), merged: true }, { customerId });
    assert.equal(claim(context, looked), null);
  });

  it('but not in the form that it had before staff edited it', (t) => {
    const { context, outbox, input, seen, id } = saved(t);
    const looked = seen(id);
    outbox.edit(looked, input({ lastName: 'Newer' }, 'till1', { lastName: 'Before' }));
    assert.equal(claim(context, looked), null);
  });

  it('whatever the record here says, if it asks for another identifier: the server decides that', (t) => {
    const { context, seen, id, db, clock } = saved(t, { kind: 'identity', changes: { mobile: '919845099999' } });
    const record = customerRecord('1', 'Before');
    keepRecord(db, { ...record, fields: { ...record.fields, mobile: '919845099999' } }, clock.wallMs());
    assert.equal(claim(context, seen(id))?.update.state, 'sending');
  });
});

describe('the request', () => {
  it('holds the changed fields and their author, and is logged without either', async (t) => {
    const { context, sendWith, asked, seen, id } = saved(t);
    const written = t.mock.method(context.log, 'write');
    assert.equal(await sendWith(applied), applied);
    assert.deepEqual(asked, [{ identifier, changes: { lastName: 'New' }, author }]);
    const note = {
      update: id,
      attempt: seen(id).attemptId,
      outcome: 'applied',
      why: null,
      code: null,
      requestId: 'r-1',
    };
    assert.deepEqual(
      written.mock.calls.map((call) => call.arguments),
      [['info', 'update answered', note]],
    );
  });

  it('is logged with the reason for a failure and the code of a refusal', async (t) => {
    const notes = async (outcome: UpdateOutcome) => {
      const { context, sendWith } = saved(t);
      const written = t.mock.method(context.log, 'write');
      await sendWith(outcome);
      const { why, code, requestId } = Object(written.mock.calls[0]?.arguments[2]);
      return [why, code, requestId];
    };
    assert.deepEqual(await notes({ kind: 'unknown', why: 'timeout', answer: null }), ['timeout', null, null]);
    assert.deepEqual(await notes(rejected), [null, 1017, 'r-1']);
  });

  it('has the id of the update in the reserved field, which is then known to be there', async (t) => {
    const { sendWith, asked, id } = saved(t, { isMarked: true });
    const outcome = await sendWith(applied);
    assert.deepEqual(asked, [{ identifier, changes: { lastName: 'New', [markKey]: id }, author }]);
    assert.ok(outcome.kind === 'applied');
    assert.equal(outcome.record?.fields[markKey], id);
    assert.equal(outcome.record?.fields.lastName, 'New');
  });

  it('keeps another id that the answer has in the reserved field', async (t) => {
    const record = { ...applied.record, ...customerRecord('1', 'New'), fields: { [markKey]: 'another' } };
    const outcome = await saved(t, { isMarked: true }).sendWith({ ...applied, record });
    assert.equal(outcome.kind === 'applied' && outcome.record?.fields[markKey], 'another');
  });

  it('has no reserved field any more after a warning about it, which staff never see', async (t) => {
    const { context, sendWith, logged } = saved(t, { isMarked: true });
    const [aboutMark, aboutName]: [Warning, Warning] = [
      { meaning: 'notSaved', code: 1017, field: markKey, message: null },
      { meaning: 'notSaved', code: 1018, field: 'lastName', message: null },
    ];
    const outcome = await sendWith({ ...applied, warnings: [aboutName, aboutMark] });
    assert.ok(outcome.kind === 'applied');
    assert.deepEqual(outcome.warnings, [aboutName]);
    assert.equal(outcome.record?.fields[markKey], undefined);
    assert.equal(context.mark.current, null);
    assert.ok(logged.some((line) => line.startsWith('error the server refuses sync.markField')));
  });

  it('has its answer passed on unchanged if it was not applied', async (t) => {
    assert.equal(await saved(t, { isMarked: true }).sendWith(rejected), rejected);
  });
});

describe('a request to change an identifier', () => {
  const refused = { ...okAnswer, httpStatus: 403, code: null, message: 'not allowed', itemCode: null };

  it('holds the old and the new value', async (t) => {
    const { outbox, input, seen, context, server } = contextOfOneCustomer(t);
    const old = { type: 'mobile', value: '919845000001' } as const;
    const id = outbox.save({ ...input(asks.changes, 'till1'), kind: 'identity', identifier: old });
    const asked: unknown[] = [];
    const api: LoyaltyApi = {
      ...server.api,
      requestIdentityChange: async (request) => {
        asked.push(request);
        return applied;
      },
    };
    const claimed = claim(context, seen(id));
    assert.ok(claimed !== null);
    assert.equal(await send(context, api, claimed), applied);
    const request = { type: 'mobile', oldValue: old.value, newValue: '919845099999' };
    assert.deepEqual(asked, [{ ...request, author: { staffCode: null, till: 'till1' } }]);
  });

  it('goes to a person if this till may not ask for it, with the server’s own code', async (t) => {
    const codes = async (answer: Partial<typeof okAnswer>) => {
      const held = { ...refused, ...answer };
      const outcome = await saved(t, asks).sendWith({ kind: 'held', why: 'permission', answer: held });
      assert.ok(outcome.kind === 'rejected');
      assert.equal(outcome.answer, held);
      const { code, field, message } = outcome.rejection;
      return [code, field, message];
    };
    assert.deepEqual(await codes({}), [403, null, 'not allowed']);
    assert.deepEqual(await codes({ code: 500 }), [500, null, 'not allowed']);
    assert.deepEqual(await codes({ code: 500, itemCode: 9, itemMessage: 'no' }), [9, null, 'no']);
  });

  it('has any other answer passed on unchanged, such as a wrong password', async (t) => {
    for (const outcome of [{ kind: 'held', why: 'credentials', answer: okAnswer } as const, rejected, applied]) {
      assert.equal(await saved(t, asks).sendWith(outcome), outcome);
    }
  });

  it('that names no identifier is a bug, and throws', async (t) => {
    await assert.rejects(saved(t, { kind: 'identity' }).sendWith(applied), /does not change an identifier/);
  });
});

describe('who is blamed for an exchange', () => {
  const busy = (over: Partial<typeof okAnswer>): UpdateOutcome => {
    const answer = { ...okAnswer, code: 200, itemCode: 200, ...over };
    return { kind: 'not-sent', why: 'busy', retryAfterMs: null, answer };
  };
  const cases: readonly (readonly [string, UpdateOutcome, string])[] = [
    ['nobody, if it was applied', applied, 'passed send'],
    ['nobody, if it was refused', rejected, 'passed send'],
    ['the till or the update, if the server refused the till', refusedTill, 'refused send permission'],
    ['the customer, if the request says so', busy({ code: 521 }), 'customerBusy'],
    ['the customer, if the item says so', busy({ itemCode: 521 }), 'customerBusy'],
    ['the update, if the server was busy', busy({}), 'failed send busy'],
    [
      'the update, if there was no answer',
      { kind: 'not-sent', why: 'tls', retryAfterMs: null, answer: null },
      'failed send tls',
    ],
    ['nobody yet, if the answer was lost', { kind: 'unknown', why: 'timeout', answer: null }, 'answerLost timeout'],
  ];
  for (const [title, outcome, expected] of cases) {
    it(title, (t) => {
      const { context, server, seen, id } = saved(t);
      const said: string[] = [];
      t.mock.method(context.blame, 'passed', (_: unknown, step: string) => said.push(`passed ${step}`));
      t.mock.method(context.blame, 'refused', (_: unknown, step: string, why: string) => {
        said.push(`refused ${step} ${why}`);
        return null;
      });
      t.mock.method(context.blame, 'customerBusy', () => said.push('customerBusy'));
      t.mock.method(context.blame, 'failed', (_: unknown, step: string, { why }: { why: string }) =>
        said.push(`failed ${step} ${why}`),
      );
      t.mock.method(context.blame, 'answerLost', (_: unknown, why: string) => said.push(`answerLost ${why}`));
      assert.equal(blameFor(context, server.api, seen(id), outcome), outcome);
      assert.deepEqual(said, [expected]);
      assert.equal(context.connection.paused, null);
    });
  }

  it('the till pauses if it is to blame, and a person decides about an update that is', (t) => {
    const { context, server, seen, id } = saved(t);
    const faults = ['till', 'update'] as const;
    const outcomes = faults.map((fault) => {
      t.mock.method(context.blame, 'refused', () => fault);
      return [blameFor(context, server.api, seen(id), refusedTill), context.connection.paused];
    });
    const rejection = { code: 403, field: null, message: 'not you' };
    const { answer } = refusedTill;
    assert.deepEqual(outcomes, [
      [refusedTill, 'permission'],
      [{ kind: 'rejected', rejection, answer }, 'permission'],
    ]);
  });

  it('nobody, if the till has a new password since', (t) => {
    const { context, server, seen, id } = saved(t);
    context.connection.failed('timeout');
    const refused = t.mock.method(context.blame, 'refused');
    assert.equal(blameFor(context, { ...server.api }, seen(id), refusedTill), refusedTill);
    assert.deepEqual([refused.mock.callCount(), context.connection.connection.kind], [0, 'online']);
  });

  describe('if the server says of the customer that there is no permission (1044)', () => {
    const rejection = { code: 1044, field: null, message: 'no' };
    const notPermitted: UpdateOutcome = { kind: 'rejected', rejection, answer: okAnswer };

    it('the customer, but the till if that was said of several in a row', (t) => {
      const { context, server, seen, id } = saved(t);
      assert.equal(blameFor(context, server.api, seen(id), notPermitted), notPermitted);
      t.mock.method(context.blame, 'notPermitted', () => true);
      const held = { kind: 'held', why: 'permission', answer: okAnswer };
      assert.deepEqual(blameFor(context, server.api, seen(id), notPermitted), held);
      assert.equal(context.blame.refusalInDoubt, 'permission');
    });

    it('nobody for a request of another identifier, which needs a permission of its own', (t) => {
      const { context, server, seen, id } = saved(t, asks);
      t.mock.method(context.blame, 'notPermitted', () => true);
      assert.equal(blameFor(context, server.api, seen(id), notPermitted), notPermitted);
    });
  });
});

describe('an update that is refused only because of the reserved field', () => {
  it('is distinguished from other refusals', (t) => {
    const { context, seen, id } = saved(t, { isMarked: true });
    const claimed = claim(context, seen(id));
    assert.ok(claimed !== null);
    assert.equal(isMarkRefused(claimed, rejected), true);
    const other = { ...rejected, rejection: { ...rejected.rejection, field: 'lastName' as const } };
    assert.equal(isMarkRefused(claimed, other), false);
    const unnamed = { ...rejected, rejection: { ...rejected.rejection, field: null } };
    assert.equal(isMarkRefused({ ...claimed, mark: null }, unnamed), false);
  });

  it('is sent again without the field, and the first try does not count', (t) => {
    const { context, seen, id, logged, customerId } = saved(t, { isMarked: true });
    const claimed = claim(context, seen(id));
    assert.ok(claimed !== null);
    assert.deepEqual(commitMarkRefused(context, claimed, rejected), { before: customerId, customerId });
    assert.deepEqual([seen(id).state, seen(id).attempts], ['queued', 0]);
    assert.equal(context.mark.current, null);
    assert.equal(logged.length, 1);
  });
});
