/**
 * Every combination of the update's state, the server's value and the other evidence, against the rules in plain words:
 * never sent again if anything suggests it arrived, never dropped, and nobody asked without need.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FieldValues } from '../../electron/model/customer.ts';
import { type Decided, type Decision, decide } from '../../electron/sync/decide.ts';
import type { BeforeSending } from '../../electron/updates/row-json.ts';
import { customerRecord } from '../helpers/engine-rig.ts';

const serverHas = { ours: 'New', before: 'Old', other: 'Third', empty: null, untold: undefined } as const;
type ServerSays = keyof typeof serverHas;
const updates = ['never sent', 'unknown', 'unknown, resent', 'unknown, restored', 'goes once more'] as const;
const moved = ['nothing', 'points', 'updated_on', 'points untold', 'before unknown'] as const;

const before: BeforeSending = {
  points: 100,
  purchases: 0,
  updatedOn: '2026-01-01 10:00:00',
  markKey: null,
  mark: null,
  asOfMs: 1,
};

function updateOf(kind: (typeof updates)[number], isBeforeKnown: boolean): Decided {
  const isUnknown = kind.startsWith('unknown');
  return {
    id: 'one',
    state: isUnknown ? 'unknown' : 'queued',
    changes: { lastName: 'New' },
    baseline: { lastName: 'Old' },
    before: isBeforeKnown ? before : null,
    resent: kind === 'unknown, resent' || kind === 'goes once more',
    attempts: kind === 'never sent' ? 0 : 1,
    uncertainAfter: kind === 'unknown, restored' ? 'restored' : isUnknown ? 'timeout' : null,
  };
}

function answer(field: ServerSays, what: (typeof moved)[number]) {
  const value = serverHas[field];
  const fields: FieldValues = value === undefined ? {} : { lastName: value };
  const record = customerRecord('1', '');
  const points = what === 'points' ? 150 : what === 'points untold' ? null : 100;
  const loyalty = record.loyalty === null ? null : { ...record.loyalty, points };
  const updatedOn = what === 'updated_on' ? '2026-01-01 10:05:00' : before.updatedOn;
  return { ...record, fields, loyalty, updatedOn };
}

/** The expected decision, written out as a table. */
function expected(
  kind: (typeof updates)[number],
  field: ServerSays,
  what: (typeof moved)[number],
  hadTime: boolean,
): Decision['kind'] {
  if (field === 'ours') return 'is-there';
  const isMoved = field === 'other' || field === 'empty';
  if (kind === 'never sent') return isMoved ? 'needs-person' : 'send';
  const isProved = field === 'before' && what === 'nothing';
  if (!isProved) return 'needs-person';
  if (kind === 'goes once more') return 'send';
  if (kind !== 'unknown') return 'needs-person';
  return hadTime ? 'did-not-arrive' : 'too-early';
}

describe('the decision about an update', () => {
  for (const kind of updates) {
    it(`follows the table in each combination: ${kind} (F01, F22, F41 to F44)`, () => {
      for (const field of Object.keys(serverHas).filter((name): name is ServerSays => name in serverHas)) {
        for (const what of moved) {
          for (const hadTime of [false, true]) {
            const decision = decide(updateOf(kind, what !== 'before unknown'), {
              record: answer(field, what),
              mark: null,
              hadTime,
            });
            const words = `${kind}, the field ${field}, moved ${what}, had time ${hadTime}`;
            assert.equal(decision.kind, expected(kind, field, what, hadTime), words);
          }
        }
      }
    });
  }

  it('asks about the field that changed, with all three values', () => {
    const decision = decide(updateOf('never sent', true), {
      record: answer('other', 'nothing'),
      mark: null,
      hadTime: true,
    });
    assert.deepEqual(decision, {
      kind: 'needs-person',
      reason: { kind: 'conflict', fields: [{ key: 'lastName', was: 'Old', theirs: 'Third', ours: 'New' }] },
    });
  });

  it('says why nothing is proved', () => {
    const because = (kind: (typeof updates)[number], field: ServerSays, what: (typeof moved)[number]) => {
      const decision = decide(updateOf(kind, true), { record: answer(field, what), mark: null, hadTime: true });
      return decision.kind === 'needs-person' && decision.reason.kind === 'cannot-tell'
        ? decision.reason.because
        : null;
    };
    assert.equal(because('unknown', 'untold', 'nothing'), 'not-told');
    assert.equal(because('unknown', 'before', 'points'), 'points-moved');
    assert.equal(because('unknown', 'before', 'updated_on'), 'points-moved');
    assert.equal(because('unknown', 'other', 'nothing'), 'read-back-differs');
    assert.equal(because('unknown, resent', 'before', 'nothing'), 'resent-once');
    assert.equal(because('unknown, restored', 'before', 'nothing'), 'restored');
  });

  it('one field missing from the answer proves nothing, even if the others are as before (F41)', () => {
    const update: Decided = {
      ...updateOf('unknown', true),
      changes: { lastName: 'New', associatedWith: 'till.7' },
      baseline: { lastName: 'Old', associatedWith: 'till.1' },
    };
    const decision = decide(update, { record: answer('before', 'nothing'), mark: null, hadTime: true });
    assert.equal(decision.kind, 'needs-person');
  });

  it('a spelling close to both the old and the new value proves nothing; only an exact match does', () => {
    const spelt = (there: string) => {
      const update: Decided = {
        ...updateOf('unknown', true),
        changes: { lastName: 'Rita' },
        baseline: { lastName: 'rita' },
      };
      const record = { ...answer('before', 'nothing'), fields: { lastName: there } };
      return decide(update, { record, mark: null, hadTime: true }).kind;
    };
    assert.equal(spelt('Rita'), 'is-there');
    assert.equal(spelt('rita'), 'did-not-arrive');
    assert.equal(spelt('RITA'), 'needs-person');
  });

  it('says whether an earlier attempt arrived or the server had it anyway', () => {
    const confirmedBy = (kind: (typeof updates)[number]) => {
      const decision = decide(updateOf(kind, true), { record: answer('ours', 'nothing'), mark: null, hadTime: true });
      return decision.kind === 'is-there' ? decision.confirmedBy : null;
    };
    assert.equal(confirmedBy('unknown'), 'read');
    assert.equal(confirmedBy('never sent'), 'already');
  });

  it('sends an update without fields: nothing of it can be there already', () => {
    const update = { ...updateOf('never sent', true), changes: {}, baseline: {} };
    assert.equal(decide(update, { record: answer('other', 'nothing'), mark: null, hadTime: true }).kind, 'send');
  });

  it('says how the last attempt ended if nobody can tell whether it arrived', () => {
    const after = (kind: (typeof updates)[number]) => {
      const decision = decide(updateOf(kind, true), { record: answer('untold', 'nothing'), mark: null, hadTime: true });
      return decision.kind === 'needs-person' && decision.reason.kind === 'cannot-tell' ? decision.reason.after : null;
    };
    assert.equal(after('unknown'), 'timeout');
    assert.equal(after('goes once more'), 'till-stopped');
  });

  it('takes another spelling of the new value as arrived, if the old value was something else', () => {
    const record = { ...answer('before', 'nothing'), fields: { lastName: 'NEW' } };
    assert.equal(decide(updateOf('unknown', true), { record, mark: null, hadTime: true }).kind, 'is-there');
  });

  it('says why a field with no known old value, or two fields that disagree, prove nothing', () => {
    const because = (update: Decided, fields: FieldValues) => {
      const record = { ...answer('before', 'nothing'), fields };
      const decision = decide(update, { record, mark: null, hadTime: true });
      return decision.kind === 'needs-person' && decision.reason.kind === 'cannot-tell'
        ? decision.reason.because
        : null;
    };
    const unknown = updateOf('unknown', true);
    assert.equal(because({ ...unknown, baseline: {} }, { lastName: 'Third' }), 'no-baseline');
    const two = {
      ...unknown,
      changes: { firstName: 'Newer', lastName: 'New' },
      baseline: { firstName: 'Older', lastName: 'Old' },
    };
    assert.equal(because(two, { firstName: 'Newer', lastName: 'Old' }), 'read-back-differs');
    const respelt = { ...unknown, changes: { lastName: 'Rita' }, baseline: { lastName: 'rita' } };
    assert.equal(because(respelt, { lastName: 'RITA' }), 'read-back-differs');
  });

  describe('with the field reserved for Tillside', () => {
    const mark = { key: 'custom.till_mark', isKept: true } as const;
    const byMark = (
      kind: (typeof updates)[number],
      known: string | null,
      record: { readonly fields: FieldValues; readonly listedGroups?: readonly ['custom'] },
    ) => {
      const update = { ...updateOf(kind, true), before: { ...before, markKey: mark.key, mark: known } };
      return decide(update, { record: { ...answer('other', 'points'), ...record }, mark, hadTime: true }).kind;
    };
    const third = { lastName: 'Third' };

    it('an update that was never sent is not taken as arrived', () => {
      assert.equal(byMark('never sent', null, { fields: { lastName: 'Old', [mark.key]: 'one' } }), 'send');
    });

    it('another id that was there before proves that it did not arrive', () => {
      const fields = { ...third, [mark.key]: 'another' };
      assert.equal(byMark('unknown', 'another', { fields, listedGroups: ['custom'] }), 'did-not-arrive');
      assert.equal(byMark('unknown', 'yet another', { fields, listedGroups: ['custom'] }), 'needs-person');
    });

    it('a missing value proves it only if the answer lists custom fields', () => {
      assert.equal(byMark('unknown', null, { fields: third, listedGroups: ['custom'] }), 'did-not-arrive');
      assert.equal(byMark('unknown', null, { fields: third }), 'needs-person');
    });
  });
});
